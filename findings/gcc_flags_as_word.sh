#!/usr/bin/env bash
# gcc 12.2.0 (Debian 12, cpp-12), -O2 for x86-64: two flags (bool) side by side in a struct that has an array, too, are stored one
# byte each, and `a || b` behind that reads both from memory as one word of 16 bits. Processors cannot hand on two stores to one
# load: it waits until both have reached the cache, a dozen cycles; a profile shows them at the jump behind the comparison.
# From variables of their own, stored afterwards, nothing is read again. Without an array gcc keeps the flags in registers.
# Bites those who gather what a hot function has to know in a struct, as we did before each product of matrices.
. "$(dirname "$0")/lib.sh"
unpack cpp-12=12.2.0-14+deb12u1 libmpc3=1.3.1-1 libmpfr6=4.2.0-1 libisl23=0.25-1.1 libgmp10=2:6.2.1+dfsg1-1.1 libzstd1=1.5.4+dfsg2-5
cat >"$folder/flags.c" <<'C'
struct flags {
    float sums[8];
    _Bool far, wide, beside;
};
void use(struct flags *flags);

void in_the_struct(const int *sizes, const void *next)
{
    struct flags flags;
    flags.far = sizes[0] > 100;
    flags.wide = sizes[1] > 100;
    flags.beside = flags.far || flags.wide || next;
    use(&flags);
}

void in_variables(const int *sizes, const void *next)
{
    const _Bool far = sizes[0] > 100, wide = sizes[1] > 100;
    struct flags flags;
    flags.far = far;
    flags.wide = wide;
    flags.beside = far | wide | (next != 0);
    use(&flags);
}
C
LD_LIBRARY_PATH=$libraries "$root/usr/lib/gcc/x86_64-linux-gnu/12/cc1" -quiet -O2 "$folder/flags.c" -o "$folder/flags.s"
# The instructions of a function that store a byte to the stack, or read the stack.
memory_of() {
    sed -n "/^$1:/,/^\.LFE/p" "$folder/flags.s" | sed -n -E 's/^\t(set[a-z]+|mov[a-z]*|cmp[a-z]+)\t(.*\(%rsp\).*)/\1 \2/p' | paste -sd ';'
}
seen "in the struct: $(memory_of in_the_struct)
in variables:  $(memory_of in_variables)" \
    'in the struct: setg 32(%rsp);setg 33(%rsp);cmpw $0, 32(%rsp);movb %al, 34(%rsp)
in variables:  movb %al, 32(%rsp);movb %dl, 33(%rsp);movb %al, 34(%rsp)'
