// Matrices of one row for each sample are worked in blocks of rows: what each row has to do with all others
// is held for one block at a time.
#pragma once

#include <algorithm>
#include <cstdint>

namespace ganode {

constexpr int64_t kRowsOfBlock = 512;

// Calls visit(start, length) for each block of `count` rows.
template <typename Visit>
void inBlocks(int64_t count, Visit visit) {
  for (int64_t start = 0; start < count; start += kRowsOfBlock)
    visit(start, std::min(kRowsOfBlock, count - start));
}

}  // namespace ganode
