// The quantised coefficients that a JPEG file stores (T.81 annexes B, F and G): baseline, extended
// sequential and progressive files of 8-bit samples with Huffman codes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "blocks.hpp"

namespace foveate {

struct StoredComponent {
  int id;
  Sampling sampling;
  std::array<std::uint16_t, kBlock> steps;  // zigzag order
  Grid<std::int16_t> grid;                  // its data lie in `levels`
  std::vector<std::int16_t> levels;
};

struct StoredPicture {
  int height;
  int width;
  bool progressive;
  int restart_interval;  // in MCUs; 0: none
  std::vector<StoredComponent> components;
  int scans;
  bool complete;   // whether its scans store every bit; decoders smooth over what they lack
  std::size_t end;  // of the bytes that were read: behind EOI, or the file's where EOI lacks
};

// What a file may ask for at most.
struct DecodeLimits {
  int scans;
  std::int64_t blocks;
};

// Reads only within [data, data + size). Throws std::invalid_argument, which says why, for kinds of
// files that are not read here, for files beyond the limits, and for damaged ones, however slightly:
// what is returned is what every decoder finds.
StoredPicture decode(const std::uint8_t* data, std::size_t size, const DecodeLimits& limits);

}  // namespace foveate
