#!/usr/bin/env bash
# sqlite3 3.40.1 (Debian 12's sqlite3): the modes csv, list, tabs and column print a real number with 15 significant digits, the modes
# json, insert and quote with as many as bring it back. So a table that is exported as CSV and imported again has other numbers:
# here two readings, 2 microseconds apart, become one.
# Bites who takes training data out of a database as CSV: keys made of doubles collide, times lose their last digits, and no
# bit-for-bit comparison with the table holds. Columns of text made by printf('%!.17g', x) keep all digits.
. "$(dirname "$0")/lib.sh"
unpack sqlite3=3.40.1-2+deb12u2 libsqlite3-0=3.40.1-2+deb12u2 libreadline8=8.2-1.3
cat >"$folder/readings.sql" <<'SQL'
create table reading(at real);
insert into reading values (1700000000.123456), (1700000000.123458);
select count(distinct at) from reading;
.mode csv
.output readings.csv
select at from reading;
.output
create table again(at real);
.import readings.csv again
select count(distinct at) from again;
.mode json
select at from reading;
SQL
seen "$(cd "$folder" && LD_LIBRARY_PATH=$libraries "$root/usr/bin/sqlite3" -batch -init /dev/null :memory: <readings.sql 2>&1)" \
    '2
1
[{"at":1700000000.1234560013},
{"at":1700000000.1234579086}]'
