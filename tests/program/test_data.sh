# Data sets as real programs write them, in a program: flags, parts, weights, `data`, and the state saved for a resumed run.
. "$(dirname "$0")/../support/lib.sh"

# A classifier of tables of up to 16 inputs; its test set is a part of the training set. It prints a sum of the inputs
# that it trains with and of those that it is judged by.
make_trainer() {
    cat >spec.lua <<'LUA'
local Fit = loop "Fit" {
    times = "$epochs",
    state = { epochs = i32 { 3, option = true }, x = f32[8 * 16], labels = i32[8], rows = i32 {}, sum = f64 {} },
    on_batch = node(1, [[
        $sum = 0;
        for (int64_t i = 0; i < $train->rows; i++)
            for (int32_t c = 0; c < $train->columns; c++)
                $sum += (double)$train->x[loopc_dataset_row($train, i) * $train->columns + c];
        $rows = loopc_dataset_take($train, 0, $iteration * 8 % $train->rows, 8, $x, $labels);
        net_train($net, $opt, $x, $labels, $rows, 0.05f);
    ]]),
    after_run = node(9, [[ printf("%d + %d rows, %d inputs, sum %.3f\n", (int)$train->rows, (int)$test->rows,
        (int)$train->columns, fabs($sum)); ]]),
}
return trainer "table" {
    state = {
        train = dataset { option = true, required = true, scale = "standard" },
        test = dataset { option = true, from = "train", share = 0.2 },
        net = mlp { 4, 6, 3, batch = 8, inputs_from = "train", inputs_max = 16 },
        opt = optimizer { "sgd", net = "net" },
    },
    Fit,
}
LUA
    build spec.lua table
}

make_flowers() {
    cat >flowers.csv <<'CSV'
id,long,wide,colour,seen,kind
f1,5.5,3.25,red,2,rose
f2,7,2.5,blue,3,tulip
f3,6,3,red,,rose
f4,6.5,2,white,1,lily
f5,5,3.5,red,5,rose
f6,7.5,2.25,blue,4,tulip
f7,6.25,1.5,white,2,lily
f8,5.75,3,red,3,rose
f9,7.25,2.75,blue,NA,tulip
f10,6,1.75,white,2,lily
CSV
}

test_flags_say_what_a_table_is() {
    make_trainer
    make_flowers
    expect 2 ./table --train flowers.csv
    has "$ERR" "flowers.csv: error: 2 columns hold text, not numbers: 'id' (10 cells, first in line 2: 'f1'), 'colour'"
    has "$ERR" "(--train-text, --train-ignore)"
    expect 2 ./table --train flowers.csv --train-ignore id --train-text onehot
    has "$ERR" "flowers.csv:4: error: values are missing: 'seen' 2 (first in line 4)"
    expect 0 ./table --train flowers.csv --train-ignore id --train-text onehot --train-missing median --test-share 0.3
    same "$OUT" '7 + 3 rows, 6 inputs, sum 7.000' # columns of one-hot stay 0 and 1
    has "$ERR" "table: data: train: flowers.csv: CSV, header; 7 rows of 10, 6 inputs, 3 classes in 'kind'"
    expect 0 ./table --train flowers.csv --train-id id --train-ignore colour,seen
    same "$OUT" '8 + 2 rows, 2 inputs, sum 0.000'
    expect 2 ./table --train flowers.csv --train-labl kind
    has "$ERR" "unknown flag '--train-labl'"
    expect 2 ./table --train flowers.csv --train-missing some
    has "$ERR" "--train-missing: 'some' is not refuse, mean, median, drop or a number"
}

# Arrays stay in their files in programs of several processes alone.
test_one_process_has_no_code_for_several() {
    make_trainer
    nm table >symbols
    grep -q ' T loopc_dataset_need$' symbols || fail "nm shows no symbols"
    ! grep -E ' (mapped_[a-z]+|loopc_mapping)$' symbols || fail "code of mapped files is in it"
}

test_a_weight_that_nobody_takes_is_refused() {
    make_trainer
    printf 'a,b,w,k\n1,2,1,0\n2,1,3,1\n3,2,1,0\n4,1,2,1\n5,5,1,0\n' >w.csv
    expect 2 ./table --train w.csv --train-weight w
    has "$ERR" '--train-weight: no body of this trainer takes weights'
}

test_weights_count() {
    cat >spec.lua <<'LUA'
local Fit = loop "Fit" {
    times = 400,
    on_epoch = node(1, [[ net_train_from($net, $sgd, $train, 0, 0, 8, 0.1f); ]]),
    after_run = node(9, [[ float x[] = {1, 0}; const float *y = net_forward($net, x, 2); printf("%.3f %.3f\n", y[0], fabsf(y[1])); ]]),
}
return trainer "w" { state = {
    train = dataset { option = true, required = true, targets = { "y" }, weight = "w" },
    net = mlp { 1, 1, loss = "squared_error", batch = 8, inputs_from = "train" }, sgd = optimizer { "sgd", net = "net" } }, Fit }
LUA
    printf 'x,y,w\n0,0,1\n1,1,3\n1,5,1\n0,0,1\n' >w.csv
    build spec.lua w
    expect 0 ./w --train w.csv
    same "$OUT" '2.000 0.000'
    sed -i 's/times = 400/times = 1/; s/%.3f %.3f/%a %a/' spec.lua # the sum of the weights does not matter
    expect 0 "$LOOPC" build spec.lua -o w
    expect 0 ./w --train w.csv
    local once=$OUT
    printf 'x,y,w\n0,0,4\n1,1,12\n1,5,4\n0,0,4\n' >w.csv
    expect 0 ./w --train w.csv
    same "$OUT" "$once"
    sed 's/{ "sgd", /{ "sgd", clip_norm = 1e9, /' spec.lua >layers.lua # a net of layers counts them in the same way
    expect 0 "$LOOPC" build layers.lua -o layers
    expect 0 ./layers --train w.csv
    same "$(printf '%.4f ' $OUT)" "$(printf '%.4f ' $once)"
}

test_data_prints_what_was_read() {
    make_trainer
    make_flowers
    expect 0 ./table data --train flowers.csv --train-id id --train-text number --train-missing mean
    has "$OUT" "train: flowers.csv: CSV, header; 8 rows of 10, 4 inputs, 3 classes in 'kind'"
    has "$OUT" "       4  colour  text        input            0  3 values: blue, red, white"
    has "$OUT" "       5  seen    number      input            2  1 to 5"
    has "$OUT" "classes of 'kind', with their rows: lily"
    has "$ERR" "warning: flowers.csv: 1 of 3 classes has no row in the part that is held out: 'tulip'"
    printf 'a,b,c,d,k\n' >many.csv
    for i in $(seq 40); do echo "$((i * 7)),1,$((i % 3)),$((i % 3)),$((i > 20))"; done >>many.csv
    expect 0 ./table data --train many.csv
    has "$OUT" "warning: the rows are sorted by class"
    has "$OUT" "warning: 'a' has another value in nearly each row: is it an id?"
    has "$OUT" "warning: 'b' has the same value in all rows"
    has "$OUT" "warning: 'd' has the same values as 'c'"
    expect 2 ./table data --train flowers.csv
    has "$OUT" "train: flowers.csv: CSV, header; 10 rows, 5 inputs"
    has "$OUT" "       4  colour  text        input            0"
    has "$OUT" "       5  seen    number      input            2  1 to 5"
    has "$ERR" "columns hold text, not numbers"
    expect 2 ./table data
    has "$ERR" 'error: --train is needed'
}

test_a_run_that_goes_on_has_the_scale_of_its_part() {
    make_trainer
    make_flowers
    expect 0 ./table --train flowers.csv --train-ignore id,colour --train-missing mean --epochs 4 --seed 9
    whole=$OUT
    expect 0 ./table --train flowers.csv --train-ignore id,colour --train-missing mean --epochs 2 --seed 9 --checkpoint ck
    expect 0 ./table --train flowers.csv --train-ignore id,colour --train-missing mean --epochs 4 --checkpoint ck --resume
    same "$OUT" "$whole"
    grep -aq '"role":"label","kind":"text","values":\["lily","rose","tulip"\]\|\\"role\\":\\"label\\",\\"kind\\":\\"text\\",\\"values\\":\[\\"lily\\"' \
        ck/table-*.safetensors || fail "the checkpoint has no names of classes"
}

test_standard_input() {
    make_trainer
    make_flowers
    gzip -k flowers.csv
    ./table --train - --train-ignore id,colour,seen <flowers.csv.gz >out 2>err
    same "$(cat out)" '8 + 2 rows, 2 inputs, sum 0.000'
}

# Ten rows of each class in a part of half of them; drawn without regard to classes, hardly ever.
test_parts_have_their_share_of_each_class() {
    make_trainer
    make_plain
    local seed classes='  classes of '"'kind'"', with their rows: x 10, y 10, z 10' other=0
    for seed in 1 2 3 4 5 6; do
        expect 0 ./table data --train plain.csv --test-share 0.5 --seed $seed
        same "$(grep -cF "$classes" <<<"$OUT")" 2
        expect 0 ./table data --train plain.csv --test-share 0.5 --seed $seed --test-stratify false
        has "$OUT" 'test: plain.csv: CSV, header; 30 rows of 60'
        grep -qF "$classes" <<<"$OUT" || other=$((other + 1))
    done
    [ "$other" -ge 2 ] || fail "$other of 6 parts are not stratified"
}

# The files of these programs for the same numbers are read as the same numbers.
same_as_csv() {
    expect 0 ./table --train plain.csv
    wanted=$OUT
    for file in "$@"; do
        expect 0 ./table --train "$file"
        same "$file: $OUT" "$file: $wanted"
    done
}

make_plain() {
    python3 - >plain.csv <<'PYTHON'
import random
random.seed(3)
print("a,b,c,kind")
for i in range(60):
    print("%.3f,%d,%.6g,%s" % (random.gauss(5, 2), i % 7, random.random() * 1000, "xyz"[i % 3]))
PYTHON
}

test_tables_of_sqlite() {
    command -v sqlite3 >/dev/null || skip "no sqlite3"
    make_trainer
    make_plain
    sqlite3 t.db '.import plain.csv --csv t' 'create table n as select cast(a as real) a, cast(b as integer) b, cast(c as real) c, kind from t'
    sqlite3 -header -csv t.db 'select * from n' >s.csv
    sqlite3 -header -separator '|' t.db 'select * from n' >s.list
    sqlite3 -header -tabs t.db 'select * from n' >s.tsv
    same_as_csv s.csv s.list s.tsv
}

test_tables_of_r() {
    command -v Rscript >/dev/null || skip "no R"
    make_trainer
    make_plain
    Rscript -e 'd <- read.csv("plain.csv"); write.csv(d, "r.csv"); write.csv2(d, "r2.csv"); write.table(d, "r.txt");
        write.csv(d, "rn.csv", row.names = FALSE); write.table(d, "r.tsv", sep = "\t", dec = ",", quote = FALSE)'
    same_as_csv r.csv r2.csv r.txt rn.csv r.tsv
}

test_tables_of_octave() {
    command -v octave >/dev/null || skip "no Octave"
    make_trainer
    make_plain
    tr xyz 012 <plain.csv >numbers.csv
    octave -qf --eval 'd = dlmread("numbers.csv", ",", 1, 0); csvwrite("o.csv", d); dlmwrite("o.tsv", d, "\t"); save("-ascii", "o.txt", "d");
        save("-text", "named.txt", "d"); save("-text", "-zip", "o.gz", "d"); dlmwrite("o17.csv", d, "precision", 17)' 2>octave.log || true
    same_as_csv o.csv o.tsv o.txt named.txt o.gz o17.csv
}

# Half a minute, which it takes to start.
test_tables_of_libreoffice() {
    [ -n "${SOAK:-}" ] || skip SOAK=1 runs it
    command -v soffice >/dev/null || skip "no LibreOffice"
    make_trainer
    make_plain
    convert() { soffice -env:UserInstallation="file://$PWD/profile" --headless --convert-to "$@" >soffice.log 2>&1; }
    convert ods plain.csv
    convert 'csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false' --outdir semicolons plain.ods
    convert csv --outdir commas plain.ods
    has "$(sed -n 2p semicolons/plain.csv)" ';'
    same_as_csv semicolons/plain.csv commas/plain.csv
    # in German: a decimal comma, between semicolons, and in quotes between commas
    sed -i 's#</oor:items>#<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">\
<value>de-DE</value></prop></item>&#' profile/user/registrymodifications.xcu
    convert 'csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false' --outdir german plain.ods
    convert csv --outdir quoted plain.ods
    [[ $(sed -n 2p german/plain.csv) =~ ^[0-9]+,[0-9]+\; ]] || fail "no decimal comma"
    [[ $(sed -n 2p quoted/plain.csv) =~ ^\"[0-9]+,[0-9]+\", ]] || fail "no decimal comma in quotes"
    same_as_csv german/plain.csv quoted/plain.csv
}

test_tables_of_pandas() {
    python=/usr/bin/python3
    $python -c 'import pandas' 2>/dev/null || skip "no pandas"
    make_trainer
    make_plain
    $python - <<'PYTHON'
import numpy, pandas
d = pandas.read_csv("plain.csv")
d.to_csv("p.csv")
d.to_csv("pn.csv", index=False)
d.to_csv("p2.csv", sep=";", decimal=",", index=False)
d.to_csv("p.csv.gz", index=False)
d.to_csv("pt.csv", sep="\t", encoding="utf-8-sig", lineterminator="\r\n" if pandas.__version__ >= "1.5" else "\n")
n = pandas.DataFrame(d.assign(kind=d.kind.map({"x": 0, "y": 1, "z": 2})).to_numpy())
n.to_csv("numbered.csv", index=False)
x, y = n.to_numpy()[:, :3], n.to_numpy()[:, 3]
numpy.save("whole.npy", n.to_numpy())
numpy.save("fortran.npy", numpy.asfortranarray(n.to_numpy()))
numpy.savez("pair.npz", x=x, y=y.astype("int64"))
numpy.savez_compressed("many.npz", x_train=x, y_train=y, x_test=x, y_test=y)
numpy.savetxt("savetxt.txt", n.to_numpy())
numpy.savetxt("savetxt.csv", n.to_numpy(), delimiter=",", header="a,b,c,kind")
PYTHON
    same_as_csv p.csv pn.csv p2.csv p.csv.gz pt.csv numbered.csv whole.npy fortran.npy pair.npz many.npz:x_train,many.npz:y_train \
        savetxt.txt savetxt.csv
    expect 2 ./table --train many.npz
    has "$ERR" "many.npz: error: which of its arrays? It has x_train, y_train, x_test, y_test"
}

# A spreadsheet's #N/A at the beginning of a line is a cell, not a comment, and so are its other errors.
test_errors_of_spreadsheets() {
    make_trainer
    printf '# a note\na,b,k\n1,2,x\n#N/A,3,y\n5,1,x\n#na,4,y\n#NA is missing, here\n7,1,y\n' >errors.csv
    expect 0 ./table data --train errors.csv --train-missing mean
    has "$OUT" 'of 5, 2 inputs, 2 classes'
    has "$OUT" '       1  a       number      input            2  1 to 7'
    sed -i 's/#N.A,/#DIV\/0!,/' errors.csv
    expect 2 ./table data --train errors.csv --train-missing mean
    has "$ERR" "errors.csv:4:1: error: column 1 ('a'): '#DIV/0!' is not a number"
}

# Classes of broken files, with all that a person sees of them.
test_broken_files() {
    make_trainer
    local name bytes
    while IFS='|' read -r name bytes; do
        # shellcheck disable=SC2059
        printf "$bytes" >broken
        expect 2 ./table --train broken
        same "$OUT" ''
        printf '%s: %s\n' "$name" "$ERR" >>seen
    done <<'FILES'
empty|
header alone|a,b,kind\n
few cells|a,b,kind\n1,2,x\n3,y\n4,5,x\n
many cells|a,b,kind\n1,2,x\n3,4,5,y\n
cut off|a,b,kind\n1,2,x\n3,4
cut class|a,b,kind\n1,2,yes\n3,4,no\n5,6,yes\n7,8,no\n9,1,ye
cut answer|a,b,kind\n1,2,yes\n3,4,no\n5,
cut before an answer|a,b,kind\n1,2,yes\n3,4,no\n5,6,
cut quote|a,b,kind\n1,2,"yes"\n3,4,"no"\n5,6,"ye
empty line|a,b,kind\n1,2,x\n\n3,4,y\n
quote inside|a,b,kind\n1,2,x\n3,4"5,y\n
text behind a quote|a,b,kind\n1,2,x\n"3"4,5,y\n
open quote|a,b,kind\n1,2,x\n"3,4,y\n5,6,x\n
byte 0|a,b,kind\n1,2,x\n3,\0,y\n
too large|a,b,kind\n1,2,x\n1e99,4,y\n
missing value|a,b,kind\n1,2,x\n3,,y\n
word among numbers|a,b,kind\n1,2,x\n3,four,y\n
missing label|a,b,kind\n1,2,x\n3,4,\n
label twice|kind,a,kind\nx,2,x\ny,4,y\n
comma in numbers|a;b;kind\n1,234;2;x\n3,456;3;y\n
header or row|a,b,kind\nc,d,x\ne,f,y\n
slip in a label|a,b,c\n1,2,0\n3,4,one\n5,6,1\n
UTF-16|\377\376a\0,\0b\0
workbook|PK\003\004aaaaaaaaaaaaaaaaaaa
Parquet|PAR1aaaaaaaaaaaaaaaa
web page|<!DOCTYPE html>\n
ARFF|@relation iris\n@attribute a numeric\n@data\n1,2,x\n
gzip cut off|\037\213\010\0\0\0
npy cut off|\223NUMPY\001\000\166\000{
IDX cut off|\0\0\010\003\0\0
libsvm word|1 1:2 2:3\n0 1:x 2:5\n
libsvm order|1 1:2 2:3\n0 3:1 2:5\n
wrong count|3,2,a,b\n1,2,0\n3,4,1\n
one column|1\n2\n3\n
slip in an input|a,b,kind\n1,2,x\n3,4.5x,y\n5,6,x\n7,8,y\n
infinity|a,b,kind\n1,2,x\n3,Inf,y\n5,6,x\n
date|day,b,kind\n2020-01-31,2,x\n2020-02-01,3,y\n
percent|a,b,kind\n5%%,2,x\n6%%,3,y\n
header again|a,b,kind\n1,2,x\n3,4,y\na,b,kind\n5,6,x\n
title|My table\na,b,kind\n1,2,x\n3,4,y\n
empty column|a,b,kind\n1,,x\n3,,y\n
returns|a,b,kind\r1,2,x\r3,4,y\r
ranking|3 qid:1 1:0.5 2:3\n1 qid:1 1:0.2\n
JSON|[{"a": 1, "kind": "x"}]\n
Octave|# Created by Octave 7.3.0\n# name: x\n# type: int32 matrix\n# ndims: 2\n 2 1\n  1\n  2\n
one class|a,b,kind\n1,2,x\n3,4,x\n5,6,x\n7,8,x\n9,1,x\n
FILES
    same "$(cat seen)" "$(cat <<'SEEN'
empty: broken: error: the file is empty
header alone: broken: error: there are no rows in it
few cells: broken:3: error: 2 cells, but line 1 has 3
table: hint: every line has a cell for each column
many cells: broken:3: error: 4 cells, but line 1 has 3
table: hint: a cell with a comma in it is quoted
cut off: broken:3: error: 2 cells, but line 1 has 3
table: hint: it is the last line: the file may have been cut short
cut class: broken:6: error: column 3 ('kind'): no other row has the value 'ye', and no newline ends this last line: the file may have been cut short
table: hint: fetch the file again; if its last line is whole, end it with a newline
cut answer: broken:4: error: 2 cells, but line 1 has 3
table: hint: it is the last line: the file may have been cut short
cut before an answer: broken:4: error: column 3 ('kind'): there is no value, and no newline ends this last line: the file may have been cut short
table: hint: fetch the file again; if its last line is whole, end it with a newline
cut quote: broken:4:5: error: a quote that is never closed
table: hint: is the quote meant? Quotes within a cell are doubled
empty line: broken:3: error: the line is empty
table: hint: empty lines are allowed only at the end
quote inside: broken:3:4: error: a quote in a cell that does not begin with one
table: hint: a cell with quotes in it is in quotes, and they are doubled
text behind a quote: broken:3:4: error: text behind the quote that ends a cell
table: hint: quotes within a cell are doubled
open quote: broken:3:1: error: a quote that is never closed
table: hint: is the quote meant? Quotes within a cell are doubled
byte 0: broken:3:3: error: a byte 0: this is not text
too large: broken:3:1: error: column 1 ('a'): 1e+99 is too large for f32
table: hint: the largest is 3.4e38: another unit makes it smaller
missing value: broken:3: error: values are missing: 'b' 1 (first in line 3)
table: hint: missing = "mean", "median" or a number fills them, "drop" leaves such rows out (--train-missing)
word among numbers: broken:3:3: error: column 2 ('b'): 'four' is not a number
table: hint: text = "onehot" or "number" takes texts as inputs, `ignore` leaves columns out (--train-text, --train-ignore)
missing label: broken:3: error: values are missing: 'kind' 1 (first in line 3), the label
table: hint: missing = "drop" leaves such rows out (--train-missing)
label twice: broken: error: the columns 1 and 3 are both called 'kind'; one is an input, the other the answer
table: hint: `ignore` one of them, by its number
comma in numbers: broken: error: it can be read in two ways: in its numbers a comma may be the decimal point or separate thousands
table: hint: say `decimal = ","` in the spec, or --train-decimal; numbers with separated thousands are not read
header or row: broken:1: error: the first line can be read in two ways: as a header, or as a row
table: hint: say `header = true` or `header = false` in the spec, or --train-header
slip in a label: broken:3:5: error: column 3 ('c'): the label is 'one', no number as in 2 other rows
table: hint: is it a slip? Labels are numbers in all other rows
UTF-16: broken: error: the file is text in UTF-16
table: hint: iconv -f UTF-16 -t UTF-8 converts it
workbook: broken: error: the file is an archive (.zip, .xlsx)
table: hint: unzip unpacks it; a spreadsheet program saves a sheet as CSV
Parquet: broken: error: the file is Parquet
table: hint: in Python, pandas.read_parquet(FILE).to_csv(NAME, index=False)
web page: broken: error: the file is a web page
table: hint: a data set is CSV in UTF-8, .npy, .npz, IDX or libsvm text, as it is or compressed by gzip
ARFF: broken: error: the file is ARFF (of Weka)
table: hint: `skip_lines` passes over all lines up to @data
gzip cut off: broken: error: the file ends in the middle of compressed data
npy cut off: broken: error: a .npy file, but it ends in its header
IDX cut off: broken: error: it begins as an IDX file does, but ends in its header
libsvm word: broken:2:3: error: '1:x' is not index:value
table: hint: a line is: label index:value index:value ...
libsvm order: broken:2:7: error: '2:5' has an index that is not above the one before
table: hint: a line is: label index:value index:value ...
wrong count: broken:1: error: the first line says that there are 3 rows, but there are 2
table: hint: say `header = false` if it is a row of the table
one column: broken: error: nothing is left for the samples: its only column has another role
table: hint: SAMPLES,ANSWERS takes two files; `separator` sets the character between cells (--train-separator)
slip in an input: broken:3:3: error: column 2 ('b'): '4.5x' is not a number
table: hint: is it a slip? NA says that there is no value; `ignore` leaves the column out (--train-ignore)
infinity: broken:3:3: error: column 2 ('b'): 'Inf' is not a number
table: hint: every value has to be a finite number; NA says that there is none
date: broken:2:1: error: column 1 ('day'): '2020-01-31' is not a number; 2 cells of it hold text
table: hint: dates are no numbers: days or seconds since one of them are; `ignore` leaves the column out (--train-ignore)
percent: broken:2:1: error: column 1 ('a'): '5%' is not a number; 2 cells of it hold text
table: hint: numbers go without unit: 5, not 5%; `ignore` leaves the column out (--train-ignore)
header again: broken: error: 2 columns hold text, not numbers: 'a' (line 4: 'a'), 'b' (line 4: 'b')
table: hint: the header comes again in that line, which is no row
title: broken: error: its first line has 1 cell, but those after it have 3 (separator: comma)
table: hint: `skip_lines` passes over lines at the top that are not part of the table
empty column: broken: error: column 2 ('b') has no value at all
table: hint: `ignore` leaves it out (--train-ignore)
returns: broken: error: its lines end with a carriage return alone, without a line feed
table: hint: tr '\r' '\n' <FILE >NAME makes line feeds of them
ranking: broken:1:3: error: 'qid:1' is the query of a ranking, which no data set has
table: hint: without its queries it can be read: sed 's/ qid:[^ ]*//' FILE >NAME
JSON: broken: error: the file is JSON
table: hint: in Python, pandas.read_json(FILE).to_csv(NAME, index=False)
Octave: broken: error: the file is text of Octave, with a variable of type 'int32 matrix'
table: hint: in Octave, csvwrite(NAME, double(array))
one class: table: data: train: broken: CSV, header; 4 rows of 5, 2 inputs, 1 class in 'kind'
table: data: test: broken: CSV, header; 1 row of 5, 2 inputs, 1 class in 'kind'
table: error: --train: broken has rows of class 'x' alone: net has no other class to tell it from
table: hint: --train-label <column> names another column as the class
SEEN
)"
}

run_tests
