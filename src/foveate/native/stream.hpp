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
  bool progressive;
  std::vector<Levels> components;
  std::vector<Sampling> sampling;
  // Zigzag order, 1..255: for luma (or grey), and for chroma where there is any.
  std::vector<std::array<std::uint8_t, kBlock>> tables;
  std::vector<Scan> scans;
  std::vector<std::uint8_t> segments;  // whole APPn and COM segments, written after JFIF's APP0
};

// The whole file. Scans are coded on several threads and joined in order.
std::vector<std::uint8_t> write_jpeg(const Frame& frame, int threads);

}  // namespace foveate
