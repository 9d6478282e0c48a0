/* CSV records: text cut into cells (RFC 4180). Not for emitted code.
 *
 * Cells are separated by commas, records by a line feed or carriage return and line feed; the last
 * one may go without. A cell in quotes may contain all of these, and quotes, doubled. Blanks are
 * part of a cell.
 */
#ifndef LOOPC_RECORD_H
#define LOOPC_RECORD_H

#include "data/dataset_formats.h"

/* More is no table of numbers. They bound the memory that one record can take. */
enum { LOOPC_CELL_MAX = 4095, LOOPC_CELLS_MAX = 1 << 20 };

struct loopc_reader {
    struct loopc_input *in;
    const struct loopc_message *message;
    int64_t line, place; /* of the byte read last, both from 1 */
    int byte;            /* that byte; \r\n counts as \n */
};

/* Starts at the first byte; passes over a byte order mark. */
int loopc_reader_begin(struct loopc_reader *r, struct loopc_input *in,
                       const struct loopc_message *message);

/* Reads the next record into *record, in place of what was there. At the end of the file it has no
 * cells; an empty line is a record of one empty cell. */
int loopc_record_read(struct loopc_reader *r, struct loopc_record *record);

#endif
