// Blocks of one scan of a JPEG file, one after the other (T.81 F.2 and G.2).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "blocks.hpp"
#include "decode_bits.hpp"

namespace foveate {

constexpr int kLargestComponents = 4;

struct ScanComponent {
  int index;
  const DecodingTable* dc;
  const DecodingTable* ac;
};

struct ScanHeader {
  std::vector<ScanComponent> components;
  int first, last, high, low;
};

inline std::int16_t checked_level(int value) {
  if (value < -32767 || value > 32767) damaged("a coefficient is larger than any can be");
  return static_cast<std::int16_t>(value);
}

class ScanDecoder {
 public:
  ScanDecoder(const ScanHeader& scan, bool progressive, BitReader& bits)
      : scan_(scan), progressive_(progressive), bits_(bits) {}

  void restart() {
    std::fill(std::begin(predictors_), std::end(predictors_), 0);
    eob_run_ = 0;
  }
  // Whether blocks that ended early were counted that the scan or interval does not have.
  bool open() const { return eob_run_ > 0; }

  void block(const ScanComponent& component, std::int16_t* levels) {
    if (!progressive_)
      sequential(component, levels);
    else if (scan_.first == 0)
      dc(component, levels);
    else if (scan_.high == 0)
      ac_first(component, levels);
    else
      ac_refined(component, levels);
  }

 private:
  int dc_level(const ScanComponent& component) {
    const int size = bits_.symbol(*component.dc);
    if (size > 15) damaged("a DC difference has a size that there is not");
    int& predictor = predictors_[component.index];
    predictor += bits_.extended(size);
    if (std::abs(predictor) > 32767) damaged("a coefficient is larger than any can be");
    return predictor;
  }

  void sequential(const ScanComponent& component, std::int16_t* levels) {
    levels[0] = static_cast<std::int16_t>(dc_level(component));
    for (int k = 1; k < kBlock; ++k) {
      const int symbol = bits_.symbol(*component.ac), size = symbol & 15, run = symbol >> 4;
      if (size == 0) {
        if (run != 15) break;
        k += 15;
        continue;
      }
      k += run;
      if (k >= kBlock) damaged("a run of zeros is longer than its block");
      levels[k] = static_cast<std::int16_t>(bits_.extended(size));
    }
  }

  void dc(const ScanComponent& component, std::int16_t* levels) {
    if (scan_.high == 0)
      levels[0] = checked_level(dc_level(component) * (1 << scan_.low));
    else if (bits_.bit())
      levels[0] = static_cast<std::int16_t>(levels[0] | (1 << scan_.low));
  }

  void end_run(int size) { eob_run_ = (1 << size) + static_cast<int>(bits_.bits(size)); }

  void ac_first(const ScanComponent& component, std::int16_t* levels) {
    if (eob_run_ > 0) {
      --eob_run_;
      return;
    }
    for (int k = scan_.first; k <= scan_.last; ++k) {
      const int symbol = bits_.symbol(*component.ac), size = symbol & 15, run = symbol >> 4;
      if (size == 0 && run != 15) {
        end_run(run);
        --eob_run_;
        return;
      }
      k += run;
      if (size == 0) continue;
      if (k > scan_.last) damaged("a run of zeros is longer than its band");
      levels[k] = checked_level(bits_.extended(size) * (1 << scan_.low));
    }
  }

  // One bit more of a level that has some already.
  void refine(std::int16_t& level) {
    if (bits_.bit() && (std::abs(level) & (1 << scan_.low)) == 0)
      level = static_cast<std::int16_t>(level > 0 ? level + (1 << scan_.low)
                                                  : level - (1 << scan_.low));
  }

  void ac_refined(const ScanComponent& component, std::int16_t* levels) {
    int k = scan_.first;
    if (eob_run_ == 0) {
      for (; k <= scan_.last; ++k) {
        const int symbol = bits_.symbol(*component.ac), size = symbol & 15;
        int run = symbol >> 4;
        int fresh = 0;
        if (size > 1) damaged("a new level of a refining scan is larger than 1");
        if (size == 1)
          fresh = bits_.bit() ? 1 << scan_.low : -(1 << scan_.low);
        else if (run != 15) {
          end_run(run);
          break;
        }
        for (; k <= scan_.last; ++k) {
          if (levels[k] != 0)
            refine(levels[k]);
          else if (run-- == 0)
            break;
        }
        if (fresh == 0) continue;
        if (k > scan_.last) damaged("a run of zeros is longer than its band");
        levels[k] = static_cast<std::int16_t>(fresh);
      }
    }
    if (eob_run_ == 0) return;
    for (; k <= scan_.last; ++k)
      if (levels[k] != 0) refine(levels[k]);
    --eob_run_;
  }

  const ScanHeader& scan_;
  bool progressive_;
  BitReader& bits_;
  int predictors_[kLargestComponents] = {};
  int eob_run_ = 0;
};

}  // namespace foveate
