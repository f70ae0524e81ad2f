// Quantised levels to entropy-coded symbols, one scan at a time (T.81 annexes F and G).
#pragma once

#include <cstdint>
#include <vector>

#include "blocks.hpp"
#include "huffman.hpp"

namespace foveate {

using Levels = Grid<const std::int16_t>;

// A scan's part of the picture: components, the band of zigzag indices [first, last] and the
// successive approximation positions. high 0: a first scan; low: the point transform.
struct Scan {
  std::vector<int> components;
  int first;
  int last;
  int high;
  int low;

  bool refines() const { return high > 0; }
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

ScanStatistics scan_statistics(const std::vector<Levels>& components,
                               const std::vector<Sampling>& sampling, const Scan& scan,
                               bool progressive);

// The scan's entropy-coded segment, stuffed and padded with ones (T.81 B.1.1.5, F.1.2.3).
// Every symbol that occurs must have a code in its table.
std::vector<std::uint8_t> encode_scan(const std::vector<Levels>& components,
                                      const std::vector<Sampling>& sampling, const Scan& scan,
                                      bool progressive, const HuffmanTable (&tables)[kSlots]);

}  // namespace foveate
