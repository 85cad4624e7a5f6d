#include "LanesBody.h"
#include "TrainingProductsBody.h"
#include "TrainingRowsBody.h"
#include "TrainingAttentionBody.h"
#include "TrainingOptimiserBody.h"

#undef TILE_ROWS
#undef TILE_PANELS
#undef FOR_ROW_BLOCKS
#undef GRADIENT_COLUMNS
