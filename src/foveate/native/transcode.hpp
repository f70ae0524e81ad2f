// Stored coefficients coded anew, in any scans that JPEG knows (T.81 annexes F and G).
#pragma once

#include <cstdint>
#include <vector>

#include "scans.hpp"

namespace foveate {

// What is coded: any sampling, one to four components.
struct StoredLevels {
  std::vector<Levels> grids;
  std::vector<Sampling> sampling;
  std::vector<int> ids;      // the components' names
  std::vector<int> classes;  // 0 or 1: which DC and AC table a component takes
  bool progressive;
  int restart_interval;  // in MCUs; 0: none
};

// A scan with successive approximation: it stores the bits from `low` on, where `high` is 0, else
// the one bit `low`, which is `high` - 1.
struct StoredScan {
  std::vector<int> components;
  int first;
  int last;
  int high;
  int low;
};

// The statistics of each scan.
std::vector<ScanStatistics> stored_scan_statistics(const StoredLevels& picture,
                                                   const std::vector<StoredScan>& scans,
                                                   int threads);

// DHT, SOS and coded data of each scan, with optimal Huffman tables.
std::vector<std::uint8_t> stored_scans(const StoredLevels& picture,
                                       const std::vector<StoredScan>& scans, int threads);

}  // namespace foveate
