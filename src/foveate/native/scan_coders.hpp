// Levels to symbols, block by block, in each of JPEG's ways (T.81 annexes F and G).
#pragma once

#include <cstdlib>
#include <vector>

#include "scans.hpp"

namespace foveate {

constexpr int kZeroRun = 0xF0;
constexpr int kLongestEobRun = 0x7FFF;

// What a coder has to know of the blocks before its first one.
struct CoderState {
  int predictors[3] = {};  // DC levels
  int eob_run = 0;         // blocks that ended early and are not written yet
};

// A sink takes `symbol(slot, symbol, bits, count)`, a symbol and the bits that follow it, and
// `bits(value, count)`, in the order of the stream; and `eob_block()` once a block that ends early.

// The magnitude bits that follow a size category: v itself, or its ones' complement below zero.
inline unsigned magnitude_bits(int v) { return static_cast<unsigned>(v < 0 ? v - 1 : v); }
inline unsigned magnitude(int v) { return static_cast<unsigned>(std::abs(v)); }

template <class Sink>
__attribute__((always_inline)) inline void code_dc(int level, int& predictor, int slot, Sink& sink) {
  const int difference = level - predictor;
  predictor = level;
  const int size = size_category(magnitude(difference));
  sink.symbol(slot, size, magnitude_bits(difference), size);
}

template <class Sink>
__attribute__((always_inline)) inline void code_ac(int run, int level, int slot, Sink& sink) {
  for (; run > 15; run -= 16) sink.symbol(slot, kZeroRun, 0, 0);
  const int size = size_category(magnitude(level));
  sink.symbol(slot, (run << 4) | size, magnitude_bits(level), size);
}

// Sequential mode: a whole block, F.1.2.
template <class Sink>
class SequentialCoder {
 public:
  SequentialCoder(const Scan&, const CoderState& state, Sink& sink) : state_(state), sink_(sink) {}
  void block(int component, const std::int16_t* levels) {
    code_dc(levels[0], state_.predictors[component], slot_of(component, false), sink_);
    const int slot = slot_of(component, true);
    int previous = 0;
    for_each_bit(nonzero_bits(levels) & ~std::uint64_t{1}, [&](int k) {
      code_ac(k - previous - 1, levels[k], slot, sink_);
      previous = k;
    });
    if (previous < kBlock - 1) {
      sink_.symbol(slot, 0, 0, 0);
      sink_.eob_block();
    }
  }
  void finish() {}

 private:
  CoderState state_;
  Sink& sink_;
};

// Progressive DC, first and refining scans: G.1.2.1.
template <class Sink>
class DcCoder {
 public:
  DcCoder(const Scan& scan, const CoderState& state, Sink& sink)
      : scan_(scan), state_(state), sink_(sink) {}
  void block(int component, const std::int16_t* levels) {
    const int level = levels[0] >> scan_.low;  // arithmetic, as G.1.2.1 asks
    if (scan_.refines())
      sink_.bits(static_cast<unsigned>(level) & 1u, 1);
    else
      code_dc(level, state_.predictors[component], slot_of(component, false), sink_);
  }
  void finish() {}

 private:
  const Scan& scan_;
  CoderState state_;
  Sink& sink_;
};

// A run of blocks that end early, written as one EOBn symbol: G.1.2.2. In refining scans the
// correction bits of the run's blocks follow it.
template <class Sink>
class EobRun {
 public:
  EobRun(int slot, int length, Sink& sink) : slot_(slot), sink_(sink), length_(length) {}
  void add_block() {
    sink_.eob_block();
    if (++length_ == kLongestEobRun) flush();
  }
  void add_block(const std::vector<std::uint8_t>& corrections) {
    corrections_.insert(corrections_.end(), corrections.begin(), corrections.end());
    add_block();
  }
  void flush() {
    if (length_ == 0) return;
    const int bits = size_category(static_cast<unsigned>(length_)) - 1;
    sink_.symbol(slot_, bits << 4, static_cast<unsigned>(length_), bits);
    length_ = 0;
    for (const std::uint8_t bit : corrections_) sink_.bits(bit, 1);
    corrections_.clear();
  }

 private:
  int slot_;
  Sink& sink_;
  int length_;
  std::vector<std::uint8_t> corrections_;
};

// Progressive AC, first scan: G.1.2.2.
template <class Sink>
class AcFirstCoder {
 public:
  AcFirstCoder(const Scan& scan, const CoderState& state, Sink& sink)
      : scan_(scan),
        band_(band_bits(scan.first, scan.last)),
        slot_(slot_of(scan.components[0], true)),
        sink_(sink),
        eob_run_(slot_, state.eob_run, sink) {}
  void block(int, const std::int16_t* levels) {
    int previous = scan_.first - 1;
    for_each_bit(nonzero_bits(levels) & band_, [&](int k) {
      const int shifted = static_cast<int>(magnitude(levels[k])) >> scan_.low;
      if (shifted == 0) return;
      eob_run_.flush();
      code_ac(k - previous - 1, levels[k] < 0 ? -shifted : shifted, slot_, sink_);
      previous = k;
    });
    if (previous < scan_.last) eob_run_.add_block();
  }
  void finish() { eob_run_.flush(); }

 private:
  const Scan& scan_;
  std::uint64_t band_;
  int slot_;
  Sink& sink_;
  EobRun<Sink> eob_run_;
};

// Progressive AC, refining scan: G.1.2.3.
template <class Sink>
class AcRefineCoder {
 public:
  AcRefineCoder(const Scan& scan, const CoderState& state, Sink& sink)
      : scan_(scan),
        slot_(slot_of(scan.components[0], true)),
        sink_(sink),
        eob_run_(slot_, state.eob_run, sink) {}
  void block(int, const std::int16_t* levels) {
    int last_new = scan_.first - 1;  // the last coefficient that becomes nonzero in this scan
    for (int k = scan_.first; k <= scan_.last; ++k)
      if (magnitude(levels[k]) >> scan_.low == 1) last_new = k;
    int run = 0;
    corrections_.clear();
    for (int k = scan_.first; k <= scan_.last; ++k) {
      const unsigned shifted = magnitude(levels[k]) >> scan_.low;
      if (shifted == 0) {
        ++run;
        continue;
      }
      while (run > 15 && k <= last_new) {
        eob_run_.flush();
        sink_.symbol(slot_, kZeroRun, 0, 0);
        run -= 16;
        write_corrections();
      }
      if (shifted > 1) {
        corrections_.push_back(static_cast<std::uint8_t>(shifted & 1u));
        continue;
      }
      eob_run_.flush();
      sink_.symbol(slot_, (run << 4) | 1, levels[k] < 0 ? 0u : 1u, 1);
      write_corrections();
      run = 0;
    }
    if (run > 0 || !corrections_.empty()) eob_run_.add_block(corrections_);
  }
  void finish() { eob_run_.flush(); }

 private:
  void write_corrections() {
    for (const std::uint8_t bit : corrections_) sink_.bits(bit, 1);
    corrections_.clear();
  }

  const Scan& scan_;
  int slot_;
  Sink& sink_;
  EobRun<Sink> eob_run_;
  std::vector<std::uint8_t> corrections_;
};

}  // namespace foveate
