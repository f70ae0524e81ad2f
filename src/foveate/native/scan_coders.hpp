// Levels to symbols, block by block, in each of JPEG's ways (T.81 annexes F and G).
#pragma once

#include <cstdlib>

#include "compilers.hpp"
#include "scans.hpp"

namespace foveate {

constexpr int kZeroRun = 0xF0;
constexpr int kLongestEobRun = 0x7FFF;

// What a coder has to know of the blocks before its first one.
struct CoderState {
  int predictors[3] = {};  // DC levels
  int eob_run = 0;         // blocks that ended early and are not written yet
};

// A sink takes `symbol(slot, symbol, bits, count)`, a symbol and the bits that follow it, in the
// order of the stream; and `eob_block()` once for a block that ends early.

// The magnitude bits that follow a size category: v itself, or its ones' complement below zero.
inline unsigned magnitude_bits(int v) { return static_cast<unsigned>(v < 0 ? v - 1 : v); }
inline unsigned magnitude(int v) { return static_cast<unsigned>(std::abs(v)); }

template <class Sink>
FOVEATE_INLINE void code_dc(int level, int& predictor, int slot, Sink& sink) {
  const int difference = level - predictor;
  predictor = level;
  const int size = size_category(magnitude(difference));
  sink.symbol(slot, size, magnitude_bits(difference), size);
}

template <class Sink>
FOVEATE_INLINE void code_ac(int run, int level, int slot, Sink& sink) {
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

// Progressive DC: G.1.2.1.
template <class Sink>
class DcCoder {
 public:
  DcCoder(const Scan&, const CoderState& state, Sink& sink) : state_(state), sink_(sink) {}
  void block(int component, const std::int16_t* levels) {
    code_dc(levels[0], state_.predictors[component], slot_of(component, false), sink_);
  }
  void finish() {}

 private:
  CoderState state_;
  Sink& sink_;
};

// A run of blocks that end early, written as one EOBn symbol: G.1.2.2.
template <class Sink>
class EobRun {
 public:
  EobRun(int slot, int length, Sink& sink) : slot_(slot), sink_(sink), length_(length) {}
  void add_block() {
    sink_.eob_block();
    if (++length_ == kLongestEobRun) flush();
  }
  void flush() {
    if (length_ == 0) return;
    const int bits = size_category(static_cast<unsigned>(length_)) - 1;
    sink_.symbol(slot_, bits << 4, static_cast<unsigned>(length_), bits);
    length_ = 0;
  }

 private:
  int slot_;
  Sink& sink_;
  int length_;
};

// Progressive AC: G.1.2.2.
template <class Sink>
class AcCoder {
 public:
  AcCoder(const Scan& scan, const CoderState& state, Sink& sink)
      : scan_(scan),
        band_(band_bits(scan.first, scan.last)),
        slot_(slot_of(scan.components[0], true)),
        sink_(sink),
        eob_run_(slot_, state.eob_run, sink) {}
  void block(int, const std::int16_t* levels) {
    int previous = scan_.first - 1;
    for_each_bit(nonzero_bits(levels) & band_, [&](int k) {
      eob_run_.flush();
      code_ac(k - previous - 1, levels[k], slot_, sink_);
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

}  // namespace foveate
