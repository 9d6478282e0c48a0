/* Constants of the writer and the reader of safetensors. For these two only. */
#ifndef LOOPC_SAFETENSORS_FORMAT_H
#define LOOPC_SAFETENSORS_FORMAT_H

enum { LOOPC_LENGTH_BYTES = 8, LOOPC_CHECKSUM_DIGITS = 8 };

/* How every header of ours begins; the digits follow. */
#define LOOPC_CHECKSUM_KEY   "loopc.crc32"
#define LOOPC_CHECKSUM_OPENS "{\"__metadata__\":{\"" LOOPC_CHECKSUM_KEY "\":\""
#define LOOPC_CHECKSUM_NONE  "00000000"

#endif
