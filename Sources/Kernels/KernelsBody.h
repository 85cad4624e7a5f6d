#include "LanesBody.h"
#include "RowsBody.h"
#include "ProductsBody.h"
#include "AttentionBody.h"

#undef TILE_ROWS
#undef TILE_PANELS
