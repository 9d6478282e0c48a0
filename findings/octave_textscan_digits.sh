#!/usr/bin/env bash
# octave 7.3.0 (Debian 12): textscan, which the warning of textread recommends instead of it, turns text into numbers by a routine of its
# own, which rounds at each digit. It reads "0.3" as 0.30000000000000004, and of the numbers 0.00, 0.01 ... 99.99 it reads 2294 as
# other doubles than Octave's own source has for them. fscanf, sscanf, csvread, str2double and the old textread read all exactly.
# Bites who compares a table read so with one read otherwise, looks values up by == or unique, or relies on 17 digits to
# bring a double back: of these, seven in ten come back changed, by up to five units of the last place.
. "$(dirname "$0")/lib.sh"
unpack octave=7.3.0-2 octave-common=7.3.0-2 libaec0 libamd2 libaom3 libarpack2 libblas3 libbrotli1 libbsd0 libcamd2 libccolamd2 \
    libcholmod3 libcolamd2 libcurl3-gnutls libcxsparse3 libdav1d6 libde265-0 libdeflate0 libffi8 libfftw3-double3 libfftw3-single3 \
    libfontconfig1 libfreetype6 libgfortran5 libgl1 libgl2ps1.4 libglu1-mesa libglvnd0 libglx0 libgmp10 libgnutls30 libgomp1 \
    libgraphicsmagick++-q16-12 libgraphicsmagick-q16-3 libgssapi-krb5-2 libhdf5-103-1 libheif1 libhogweed6 libhwy1 libicu72 libidn2-0 \
    libjbig0 libjpeg62-turbo libjxl0.7 libk5crypto3 libkrb5-3 libkrb5support0 liblapack3 liblcms2-2 libldap-2.5-0 liblerc4 libmd0 \
    libmetis5 libnettle8 libnghttp2-14 libnuma1 libopengl0 libp11-kit0 libpcre3 libpng16-16 libpsl5 libqrupdate1 libquadmath0 libreadline8 \
    librtmp1 libsasl2-2 libspqr2 libssh2-1 libssl3 libsuitesparseconfig5 libsz2 libtasn1-6 libtiff6 libumfpack5 libunistring2 libwebp7 \
    libwebpmux3 libwmflite-0.2-7 libx11-6 libx265-199 libxau6 libxcb1 libxdmcp6 libxext6 libxml2 libzstd1
cat >"$folder/read.m" <<'M'
hundredths = (0:9999)' / 100;
text = sprintf("%.2f\n", hundredths);
printf("textscan reads 0.3 as %.17g\n", textscan("0.3", "%f"){1});
printf("of 10000 numbers wrong: textscan %d, sscanf %d, str2double %d\n", sum(textscan(text, "%f"){1} != hundredths),
       sum(sscanf(text, "%f") != hundredths), sum(str2double(strsplit(strtrim(text), "\n")') != hundredths));
doubles = mod((1:10000)' * pi, 1);
again = textscan(sprintf("%.17g\n", doubles), "%f"){1};
printf("of 10000 doubles with 17 digits wrong: textscan %d, by up to %d units, sscanf %d\n", sum(again != doubles),
       max(abs(again - doubles) ./ eps(doubles)), sum(sscanf(sprintf("%.17g\n", doubles), "%f") != doubles));
M
libraries=$libraries:$root/usr/lib/x86_64-linux-gnu/blas:$root/usr/lib/x86_64-linux-gnu/lapack
octave=$root/usr/lib/x86_64-linux-gnu/octave/7.3.0
seen "$(OCTAVE_HOME=$root/usr OCTAVE_EXEC_HOME=$root/usr LD_LIBRARY_PATH=$libraries:$octave "$root/usr/bin/octave-cli" --norc --no-history \
    --quiet "$folder/read.m" 2>&1)" \
    "textscan reads 0.3 as 0.30000000000000004
of 10000 numbers wrong: textscan 2294, sscanf 0, str2double 0
of 10000 doubles with 17 digits wrong: textscan 7280, by up to 5 units, sscanf 0"
