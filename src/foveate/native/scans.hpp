// PictureLevels levels to entropy-coded symbols, one scan at a time (T.81 annexes F and G).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "blocks.hpp"
#include "huffman.hpp"

namespace foveate {

using Levels = Grid<const std::int16_t>;

// A picture's levels, and how its file is laid out.
struct PictureLevels {
  std::vector<Levels> components;
  std::vector<Sampling> sampling;
  bool progressive;
};

// A scan's part of the picture: its components, and the band of zigzag indices [first, last].
struct Scan {
  std::vector<int> components;
  int first;
  int last;
};

// Huffman tables of a scan: slot = 2 * (component is chroma) + (table is AC).
constexpr int kSlots = 4;
inline int slot_of(int component, bool ac) { return 2 * (component > 0 ? 1 : 0) + (ac ? 1 : 0); }

// What a scan would write: symbols by table, bits beside them, and blocks that ended in an EOB.
struct ScanStatistics {
  Counts counts[kSlots] = {};
  std::int64_t extra_bits = 0;
  std::int64_t eob_blocks = 0;
};

// The statistics of each scan, whose rows are counted on several threads.
std::vector<ScanStatistics> scan_statistics(const PictureLevels& picture,
                                            const std::vector<Scan>& scans, int threads);

using ScanTables = std::array<HuffmanTable, kSlots>;

// Each scan's entropy-coded segment, stuffed and padded with ones (T.81 B.1.1.5, F.1.2.3), its rows
// coded on several threads. Throws std::invalid_argument where a symbol that occurs has no code.
std::vector<std::vector<std::uint8_t>> encode_scans(const PictureLevels& picture,
                                                    const std::vector<Scan>& scans,
                                                    const std::vector<ScanTables>& tables,
                                                    int threads);

}  // namespace foveate
