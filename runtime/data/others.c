/* Files of other programs, which are no table or none that can be read, and the way to one. */
#include "data/loading.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define UTF16          "iconv -f UTF-16 -t UTF-8 converts it"
#define SHEET          "a spreadsheet program saves a sheet as CSV"
#define PICKLE         "in Python, to_csv of a table, or numpy.save of an array"
#define OCTAVE         "in Octave, csvwrite(NAME, array)"
#define PANDAS(reader) "in Python, pandas." reader "(FILE).to_csv(NAME, index=False)"

static const struct {
    const char *magic;
    size_t length;
    const char *what, *way_out;
} others[] = {
    {"\x89HDF", 4, "HDF5", NULL},
    {"BZh91AY", 7, "compressed by bzip2", "bunzip2 unpacks it"},
    {"\3757zXZ", 5, "compressed by xz", "unxz unpacks it"},
    {"\x28\xb5\x2f\xfd", 4, "compressed by zstd", "unzstd unpacks it"},
    {"\xff\xfe", 2, "text in UTF-16", UTF16},
    {"\xfe\xff", 2, "text in UTF-16", UTF16},
    {"\xd0\xcf\x11\xe0", 4, "an Excel workbook (.xls)", SHEET},
    {"%PDF", 4, "PDF", NULL},
    {"PAR1", 4, "Parquet", PANDAS("read_parquet")},
    {"SQLite format 3", 15, "an SQLite database",
     "sqlite3 -header -csv FILE 'select * from TABLE'"},
    {"RDX", 3, "R data (.rda)", "in R, write.csv(TABLE, NAME, row.names = FALSE)"},
    {"X\n\0\0\0", 5, "R data (.rds)", "in R, write.csv(readRDS(FILE), NAME, row.names = FALSE)"},
    {"ARROW1", 6, "Arrow (Feather)", PANDAS("read_feather")},
    {"<stata_dta>", 11, "a Stata file (.dta)", PANDAS("read_stata")},
    {"$FL2", 4, "an SPSS file (.sav)", PANDAS("read_spss")},
    {"<html", 5, "a web page", NULL},
    {"<table", 6, "a web page", NULL},
    {"<!DOCTYPE", 9, "a web page", NULL},
    {"<?xml", 5, "XML", NULL},
    {"\x80\x04\x95", 3, "a Python pickle", PICKLE},
    {"\x80\x05\x95", 3, "a Python pickle", PICKLE},
    {"MATLAB 5.0", 10, "a MATLAB file", OCTAVE},
    {"MATLAB 7.3", 10, "a MATLAB file", OCTAVE},
    {"PK\x03\x04", 4, "an archive (.zip, .xlsx)", "unzip unpacks it; " SHEET},
};

static int refuse(const struct loopc_loading *l, const char *what, const char *way_out)
{
    return loopc_error_set(
        l->message,
        way_out ? way_out
                : "a data set is CSV in UTF-8, .npy, .npz, IDX or libsvm text, as it is or "
                  "compressed by gzip",
        "%s: the file is %s", l->path, what);
}

/* Every other byte of plain text in UTF-16 is 0. */
static bool is_utf16(const unsigned char *p, int64_t count)
{
    if (count < 8) return false;
    const bool little = !p[1] && !p[3] && !p[5] && p[0] && p[2] && p[4];
    return little || (!p[0] && !p[2] && !p[4] && p[1] >= ' ' && p[3] >= ' ' && p[5]);
}

/* A list or an object, of which the first item, key or end follows; [Date] may be a header. */
static bool is_json(const char *p, const char *end)
{
    const char *q = p + 1;
    if (*p != '{' && *p != '[') return false;
    while (q < end && (*q == ' ' || *q == '\t' || *q == '\r' || *q == '\n'))
        q++;
    return q < end && strchr(*p == '{' ? "\"}" : "\"{[]-0123456789", *q) && *q;
}

/* Behind the line at p. */
static const char *skip_line(const char *p, const char *end)
{
    const char *const found = memchr(p, '\n', (size_t)(end - p));
    return found ? found + 1 : end;
}

/* ARFF begins with its relation, behind comments and empty lines. */
static bool is_arff(const char *p, const char *end)
{
    while (p < end && (*p == '%' || *p == '\n' || *p == '\r'))
        p = skip_line(p, end);
    return end - p >= 10 && !strncasecmp(p, "@relation ", 10);
}

/* The text format of Octave: a matrix with its rows is a table between comments; other types are
 * written value by value. */
static int check_octave(const struct loopc_loading *l, const char *p, const char *end)
{
    static const char name[] = "# name: ", type[] = "# type: ";
    char what[120];
    if (end - p >= 9 && !strncmp(p, "# Created", 9)) p = skip_line(p, end);
    if (end - p < 8 || strncmp(p, name, 8) != 0) return LOOPC_OK;
    const char *const second = skip_line(p, end);
    if (end - second < 8 || strncmp(second, type, 8) != 0) return LOOPC_OK;
    const int length = (int)strcspn(second + 8, "\r\n");
    if (length == 6 && !strncmp(second + 8, "matrix", 6)) return LOOPC_OK;
    snprintf(what, sizeof what, "text of Octave, with a variable of type '%.*s'",
             length < 40 ? length : 40, second + 8);
    return refuse(l, what, "in Octave, csvwrite(NAME, double(array))");
}

int loopc_refuse_others(const struct loopc_loading *l, int64_t count)
{
    const char *const text = (const char *)l->in->next;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (count < (int64_t)others[i].length) continue;
        if (memcmp(text, others[i].magic, others[i].length) != 0) continue;
        return refuse(l, others[i].what, others[i].way_out);
    }
    if (is_arff(text, text + count))
        return loopc_error_set(l->message, "`skip_lines` passes over all lines up to @data",
                               "%s: the file is ARFF (of Weka)", l->path);
    if (is_json(text, text + count)) return refuse(l, "JSON", PANDAS("read_json"));
    if (is_utf16(l->in->next, count)) return refuse(l, "text in UTF-16", UTF16);
    return check_octave(l, text, text + count);
}

int loopc_refuse_returns(const struct loopc_loading *l, int64_t count)
{
    const char *const text = (const char *)l->in->next, *const end = skip_line(text, text + count);
    bool quoted = false, alone = false;
    for (const char *p = text; p < end; p++) {
        quoted ^= *p == '"';
        alone |= !quoted && *p == '\r' && p + 1 < end && p[1] != '\n';
    }
    if (!alone) return LOOPC_OK;
    return loopc_error_set(l->message, "tr '\\r' '\\n' <FILE >NAME makes line feeds of them",
                           "%s: its lines end with a carriage return alone, without a line feed",
                           l->path);
}
