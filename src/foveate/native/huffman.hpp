// Huffman codes as JPEG stores them: optimal lengths within 16 bits, and the codes they imply.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace foveate {

using Counts = std::array<std::int64_t, 256>;
using Lengths = std::array<std::uint8_t, 256>;

// Optimal code lengths for symbols that occur `counts` times, at most 16 bits, the code of all
// ones kept free (T.81 K.2, figures K.1 to K.3). 0: the symbol does not occur.
Lengths huffman_lengths(const Counts& counts);

// What each symbol costs, in bits. One that does not occur costs `unseen` more than the dearest that
// does, at most 16; 8 where none occurs.
std::array<float, 256> symbol_bits(const Counts& counts, float unseen);

// What a table of optimal lengths has to say, and what is coded with it.
struct CodedSize {
  int symbols = 0;
  std::int64_t bits = 0;
};
CodedSize coded_size(const Counts& counts);

struct HuffmanTable {
  std::array<std::uint8_t, 16> counts_by_length;  // BITS of T.81 B.2.4.2
  std::vector<std::uint8_t> symbols;              // HUFFVAL
  std::array<std::uint16_t, 256> code;
  Lengths length;
};

// Symbols ordered by length, then value; codes by T.81 C.2.
HuffmanTable huffman_table(const Lengths& lengths);

}  // namespace foveate
