#!/usr/bin/env bash
# scikit-learn 1.2.1 (Debian 12's python3-sklearn): load_svmlight_file decides for each file by itself whether its indices count from 0
# or from 1. Where the first column is 0 in all rows of a file that dump_svmlight_file wrote (from 0, its default), the
# columns come back one place to the left, and n_features does not change that: no error, no warning.
# Bites who keeps the parts of one sparse set in files of their own: training and test data then differ by a column.
# zero_based=True on both sides helps; so does load_svmlight_files, which looks at all files at once.
. "$(dirname "$0")/lib.sh"
unpack python3-sklearn=1.2.1+dfsg-1 python3-sklearn-lib=1.2.1+dfsg-1 python3-numpy=1:1.24.2-1+deb12u1 python3-scipy=1.10.1-2 \
    python3-joblib=1.2.0-4+deb12u1 python3-threadpoolctl=3.1.0-1 python3-decorator=5.1.1-3 libblas3=3.11.0-2 liblapack3=3.11.0-2 \
    libgfortran5=12.2.0-14+deb12u1 libgomp1=12.2.0-14+deb12u1
cat >"$folder/parts.py" <<'PYTHON'
import io
import warnings

import numpy as np
from sklearn.datasets import dump_svmlight_file, load_svmlight_file

warnings.simplefilter("error")
for name, rows in (("training", [[1.0, 2, 3], [4, 5, 6]]), ("test", [[0.0, 8, 9], [0, 5, 6]])):
    file = io.BytesIO()
    dump_svmlight_file(np.array(rows), [0, 1], file)
    file.seek(0)
    print(name, rows[0], "->", load_svmlight_file(file, n_features=3)[0].toarray()[0].tolist())
PYTHON
libraries=$libraries:$root/usr/lib/x86_64-linux-gnu/blas:$root/usr/lib/x86_64-linux-gnu/lapack
seen "$(LD_LIBRARY_PATH=$libraries PYTHONPATH=$root/usr/lib/python3/dist-packages /usr/bin/python3 -S "$folder/parts.py")" \
    "training [1.0, 2, 3] -> [1.0, 2.0, 3.0]
test [0.0, 8, 9] -> [8.0, 9.0, 0.0]"
