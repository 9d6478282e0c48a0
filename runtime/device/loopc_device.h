/* loopc_device.h: all that the C of a trainer needs on a device (device/run.h is its manual).
 *
 * `loopc gen --lib --device` writes this header and loopc_device.c in one piece each.
 */
#ifndef LOOPC_DEVICE_H
#define LOOPC_DEVICE_H

#ifndef LOOPC_DEVICE
#define LOOPC_DEVICE 1
#endif

#include "device/run.h"
#include "device/slots.h"
#include "device/rows.h"
#include "base/angle.h"
#include "base/power.h"
#include "base/rng.h"
#include "base/shuffle.h"
#include "nn/nn.h"
#include "nn/deep.h"
#include "nn/shards.h"
#include "library/returns.h"
#include "nn/squash.h"
#include "library/replay.h"
#ifdef LOOPC_DEVICE_STDIO
#include "device/note.h"
#endif

#endif
