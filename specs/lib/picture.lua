-- Pictures in a terminal: C for a trainer's `code`.
--
-- A character shows two pixels, one above the other. A pixel is a number from 0 (blue) to 1 (orange); one below 0 or
-- above 1 is a dark dot on that colour. Without colours, that is anywhere but on a terminal or with NO_COLOR set, plain
-- characters from light to dark show the mean of the two, without dots.

return {
    include = { "<stdlib.h>", "<unistd.h>" },
    code = [[
static bool picture_has_colours(void)
{
    const char *unwanted = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(unwanted && *unwanted);
}

/* Where the middle of a pixel is: of `width` pixels in a row, from -reach to reach. */
static float picture_place(int pixel, int width, float reach)
{
    return ((float)(2 * pixel + 1) / (float)width - 1) * reach;
}

/* The pixel of a place, the other way round; for one outside the nearest. */
static int picture_pixel(float place, int width, float reach)
{
    const float pixel = (place / reach + 1) / 2 * (float)width;
    if (!(pixel > 0)) return 0;
    return pixel < (float)width ? (int)pixel : width - 1;
}

/* A pixel's number in the palette of 256 colours. */
static int picture_colour(float pixel)
{
    static const int ramp[] = {67, 68, 110, 153, 189, 255, 224, 223, 216, 180, 173};
    if (!(pixel >= 0)) return 17;
    return pixel > 1 ? 52 : ramp[(int)(10.99f * pixel)];
}

static int picture_shade(float above, float below)
{
    const float sum = fminf(fmaxf(above, 0), 1) + fminf(fmaxf(below, 0), 1);
    return " .:-=+*#%@"[(int)(4.99f * sum)];
}

/* Prints a line of `width` characters. */
static void picture_line(const float *above, const float *below, int width)
{
    const bool colours = picture_has_colours();
    for (int i = 0; i < width; i++) {
        if (colours)
            printf("\033[38;5;%d;48;5;%dm▀", picture_colour(above[i]), picture_colour(below[i]));
        else
            putchar(picture_shade(above[i], below[i]));
    }
    puts(colours ? "\033[0m\033[K" : "");
}

/* Goes back up over the last lines, to draw over them. */
static void picture_up(int lines)
{
    if (picture_has_colours()) printf("\033[%dA", lines);
}
]],
}
