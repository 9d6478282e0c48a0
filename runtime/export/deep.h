/* For the table of nets of emitted C: what models of nets of operations are made with. */
#ifndef LOOPC_EXPORT_DEEP_H
#define LOOPC_EXPORT_DEEP_H

struct loopc_deep;
extern const struct loopc_deep loopc_deep_nets;

#endif
