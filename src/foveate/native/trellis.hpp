// Rate-distortion optimised quantisation: of all levels a block could be given, the ones with the
// least weight * sum_k distortion_k(c_k - q_k x_k) + lambda * bits.
#pragma once

#include <array>
#include <vector>

#include "levels.hpp"

namespace foveate {

// The rate of one band of AC coefficients: one scan of a progressive file, or the whole block.
struct Band {
  int first;
  int last;
  // Code lengths by symbol (run << 4 | size); magnitude bits are added by the trellis.
  std::array<float, 256> symbol_bits;
  float empty_bits;  // for a block without a level in the band: its share of an EOB run
  float eob_bits;    // for a block whose levels end before the band does
};

struct Quantiser {
  Steps steps;                            // q_k, zigzag order
  std::array<float, kBlock> sensitivity;  // weight of each frequency's squared error
  float lambda;
};

// What a busy block hides: of an error's part beyond hidden * reach_k the square counts too,
// visibility_k times.
struct Masking {
  const float* hidden = nullptr;  // one a block of the grid; none: nothing is hidden
  std::array<float, kBlock> visibility{};
  std::array<float, kBlock> reach{};
};

// Levels of all AC coefficients; DC is left as it is. `weights`: one a block of the grid. A
// coefficient's candidates are its nearest level, one less, and zero.
void quantise_ac(const Coefficients& coefficients, const float* weights,
                 const Quantiser& quantiser, const Masking& masking, const std::vector<Band>& bands,
                 const Grid<std::int16_t>& levels, int threads);

// The same with a weight for each coefficient of the grid, `weights`, and no masking. The largest
// level of the next smaller size category is a candidate too.
void quantise_ac_by_frequency(const Coefficients& coefficients, const Grid<const float>& weights,
                              const Steps& steps, float lambda, const std::vector<Band>& bands,
                              const Grid<std::int16_t>& levels, int threads);

// DC levels by the Viterbi algorithm along one component's scan, row by row, or MCU by MCU where
// `mcu` is larger than 1x1. `size_bits`: code length by size category of the difference.
void quantise_dc(const Coefficients& coefficients, const float* weights,
                 const Quantiser& quantiser, const std::array<float, 12>& size_bits, Sampling mcu,
                 const Grid<std::int16_t>& levels);

}  // namespace foveate
