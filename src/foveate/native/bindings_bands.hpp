// Bands of AC coefficients as they come from Python.
#pragma once

#include "bindings.hpp"

#include <tuple>

#include "trellis.hpp"

namespace foveate {

using BandTuple = std::tuple<int, int, std::array<float, 256>, float, float>;

inline std::vector<Band> checked_bands(const std::vector<BandTuple>& bands) {
  std::vector<Band> rates;
  int expected = 1;
  for (const auto& [first, last, symbols, empty, eob] : bands) {
    require(first == expected && last >= first && last < kBlock,
            "bands must follow each other from 1 to 63");
    expected = last + 1;
    rates.push_back({first, last, symbols, empty, eob});
  }
  require(expected == kBlock, "bands must follow each other from 1 to 63");
  return rates;
}

}  // namespace foveate
