/* Parses and validates the header of a safetensors file; treats every byte as untrusted. For
 * safetensors_read.c only. */
#ifndef LOOPC_SAFETENSORS_HEADER_H
#define LOOPC_SAFETENSORS_HEADER_H

#include "checkpoint/safetensors.h"

/* Fills file->tensors and file->metas from file->root, the header as JSON: all names, types, shapes
 * and offsets checked. The data begin at data_at of the file. Returns an enum loopc_load_result. */
int loopc_header_read(struct loopc_safetensors *file, uint64_t data_at,
                      const struct loopc_message *message);

#endif
