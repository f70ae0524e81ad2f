// The JPEG file around its scans: markers, tables, frame and scan headers (T.81 annex B).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "scans.hpp"

namespace foveate {

struct Frame {
  int height;
  int width;
  PictureLevels picture;
  // Zigzag order, 1..255: for luma (or grey), and for chroma where there is any.
  std::vector<std::array<std::uint8_t, kBlock>> tables;
  std::vector<Scan> scans;
  std::vector<std::uint8_t> segments;  // whole APPn and COM segments, written after JFIF's APP0
};

// The whole file, with optimal Huffman tables for `statistics`, which are those of its scans.
std::vector<std::uint8_t> write_jpeg(const Frame& frame,
                                     const std::vector<ScanStatistics>& statistics, int threads);

}  // namespace foveate
