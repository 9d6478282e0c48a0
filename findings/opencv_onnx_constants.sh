#!/usr/bin/env bash
# OpenCV 4.6.0 (Debian 12's libopencv-dnn406), dnn::readNetFromONNX: Mul and Div with a constant vector are not those of ONNX. A constant
# divided by a value, c / x, is calculated as x / c. And a vector that ONNX, like numpy, lays along the last axis is laid along
# axis 1, as if it had a value for each channel; Add and Sub do it right. Where the two axes differ in length that is an error; where
# they agree, as for this x of 1 by 2 by 2, the numbers are wrong without a word.
# Bites nets with a gain for each feature of a sequence, or with a constant divided by something: one file, other predictions than
# onnxruntime's. The values in brackets are those that ONNX defines.
. "$(dirname "$0")/lib.sh"
unpack libopencv-dnn406=4.6.0+dfsg-12 libopencv-core406=4.6.0+dfsg-12 libopencv-imgproc406=4.6.0+dfsg-12 \
    libopencv-dnn-dev=4.6.0+dfsg-12 libopencv-core-dev=4.6.0+dfsg-12 libopencv-imgproc-dev=4.6.0+dfsg-12 \
    libprotobuf32 libtbb12 libblas3 liblapack3 libgfortran5 libglx0 libglvnd0 libx11-6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0 \
    python3-onnx=1.12.0-2+b4 libonnx1=1.12.0-2+b4 python3-protobuf python3-numpy python3-typing-extensions
cat >"$folder/models.py" <<'PYTHON'
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

c = np.array([1, 2], np.float32)
for operator in ("Div", "Mul", "Add"):
    for first, inputs in (("x", "xc"), ("c", "cx")):
        of = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 2, 2]) for name in "xy"]
        node = helper.make_node(operator, list(inputs), ["y"])
        graph = helper.make_graph([node], "g", of[:1], of[1:], [numpy_helper.from_array(c, "c")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        onnx.checker.check_model(model)
        onnx.save(model, f"{sys.argv[1]}/{operator}_{first}.onnx")
PYTHON
cat >"$folder/net.cpp" <<'CPP'
#include <cstdio>
#include <opencv2/dnn.hpp>

int main(int, char **argv)
{
    const int shape[] = {1, 2, 2};
    float values[] = {4, 6, 8, 10};
    cv::dnn::Net net = cv::dnn::readNetFromONNX(argv[1]);
    net.setInput(cv::Mat(3, shape, CV_32F, values));
    const cv::Mat y = net.forward();
    for (size_t i = 0; i < y.total(); i++) printf(" %g", y.ptr<float>()[i]);
    return 0;
}
CPP
libraries=$libraries:$root/usr/lib/x86_64-linux-gnu/blas:$root/usr/lib/x86_64-linux-gnu/lapack
export LD_LIBRARY_PATH=$libraries PYTHONPATH=$root/usr/lib/python3/dist-packages
c++ "$folder/net.cpp" -I"$root/usr/include/opencv4" -L"$root/usr/lib/x86_64-linux-gnu" -lopencv_dnn -lopencv_core \
    -Wl,-rpath-link,"$libraries" -o "$folder/net"
/usr/bin/python3 -S "$folder/models.py" "$folder"
net() { "$folder/net" "$folder/$1.onnx" 2>"$folder/log"; }
seen "x is 4 6 8 10 and c is 1 2
x / c:$(net Div_x) [4 3 8 5]
c / x:$(net Div_c) [0.25 0.333333 0.125 0.2]
x * c:$(net Mul_x) [4 12 8 20]
x + c:$(net Add_x) [5 8 9 12]" \
    "x is 4 6 8 10 and c is 1 2
x / c: 4 6 4 5 [4 3 8 5]
c / x: 4 6 4 5 [0.25 0.333333 0.125 0.2]
x * c: 4 6 16 20 [4 12 8 20]
x + c: 5 8 9 12 [5 8 9 12]"
