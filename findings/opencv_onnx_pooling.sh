#!/usr/bin/env bash
# OpenCV 4.6.0 (Debian 12's libopencv-dnn406), dnn::readNetFromONNX: three attributes of pooling have no effect, and no word is said.
# AveragePool leaves the padding out of its divisor in spite of count_include_pad=1; MaxPool ignores dilations, so that the output
# even has another shape; auto_pad SAME_LOWER pads at the end, like SAME_UPPER, which moves every window by one.
# Bites who serves by OpenCV what was trained elsewhere: the file is read, and only the predictions differ from onnxruntime's,
# for average pooling only at the border. The values in brackets are those that ONNX defines.
. "$(dirname "$0")/lib.sh"
unpack libopencv-dnn406=4.6.0+dfsg-12 libopencv-core406=4.6.0+dfsg-12 libopencv-imgproc406=4.6.0+dfsg-12 \
    libopencv-dnn-dev=4.6.0+dfsg-12 libopencv-core-dev=4.6.0+dfsg-12 libopencv-imgproc-dev=4.6.0+dfsg-12 \
    libprotobuf32 libtbb12 libblas3 liblapack3 libgfortran5 libglx0 libglvnd0 libx11-6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0 \
    python3-onnx=1.12.0-2+b4 libonnx1=1.12.0-2+b4 python3-protobuf python3-numpy python3-typing-extensions
cat >"$folder/models.py" <<'PYTHON'
import sys

import onnx
from onnx import helper

pools = {
    "padded": ("AveragePool", {"kernel_shape": [2, 2], "pads": [1, 1, 0, 0], "count_include_pad": 1}, 3),
    "dilated": ("MaxPool", {"kernel_shape": [2, 2], "dilations": [2, 2]}, 1),
    "same": ("MaxPool", {"kernel_shape": [2, 2], "auto_pad": "SAME_LOWER"}, 3),
}
for name, (operator, attributes, side) in pools.items():
    of = [helper.make_tensor_value_info(v, onnx.TensorProto.FLOAT, [1, 1, n, n]) for v, n in (("x", 3), ("y", side))]
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"], **attributes)], "g", of[:1], of[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, f"{sys.argv[1]}/{name}.onnx")
PYTHON
cat >"$folder/net.cpp" <<'CPP'
#include <cstdio>
#include <opencv2/dnn.hpp>

int main(int, char **argv)
{
    const int shape[] = {1, 1, 3, 3};
    float values[] = {4, 8, 12, 16, 20, 24, 28, 32, 36};
    cv::dnn::Net net = cv::dnn::readNetFromONNX(argv[1]);
    net.setInput(cv::Mat(4, shape, CV_32F, values));
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
seen "average of 2 by 2, padding counted:$(net padded) [1 3 5 5 12 16 11 24 28]
maximum of 2 by 2, dilated by 2:$(net dilated) [36]
maximum of 2 by 2, SAME_LOWER:$(net same) [4 8 12 16 20 24 28 32 36]" \
    "average of 2 by 2, padding counted: 4 6 10 10 12 16 22 24 28 [1 3 5 5 12 16 11 24 28]
maximum of 2 by 2, dilated by 2: 20 24 32 36 [36]
maximum of 2 by 2, SAME_LOWER: 20 24 24 32 36 36 32 36 36 [4 8 12 16 20 24 28 32 36]"
