#include "huffman.hpp"

#include <algorithm>

namespace foveate {

Lengths huffman_lengths(const Counts& counts) {
  // Leaf 0 takes the all-ones code point and is dropped at the end (K.2). Figure K.1 gives it a
  // weight of 1; without weight it goes deepest, where its loss costs the others nothing.
  std::vector<int> live;
  for (int s = 0; s < 256; ++s)
    if (counts[static_cast<std::size_t>(s)] > 0) live.push_back(s);
  Lengths lengths{};
  if (live.empty()) return lengths;

  // Nodes: leaves first, the lightest before the others, then the inner nodes in the order of their
  // making, which is that of their weights too. So the lightest node without a parent is the first
  // leaf or the first inner node that has none; of equals the leaf goes first.
  const auto count_of = [&](int symbol) { return counts[static_cast<std::size_t>(symbol)]; };
  std::vector<int> lightest = live;
  std::stable_sort(lightest.begin(), lightest.end(),
                   [&](int a, int b) { return count_of(a) < count_of(b); });
  const std::size_t leaves = live.size() + 1;
  std::vector<std::int64_t> weight{0};
  weight.reserve(2 * leaves);
  for (const int s : lightest) weight.push_back(count_of(s));
  std::vector<int> parent(2 * leaves, -1);
  std::size_t leaf = 0, inner = leaves;
  const auto take = [&] {
    const bool leaf_next = leaf < leaves && (inner == weight.size() || weight[leaf] <= weight[inner]);
    return leaf_next ? leaf++ : inner++;
  };
  while (weight.size() < 2 * leaves - 1) {
    const std::size_t a = take(), b = take();
    parent[a] = parent[b] = static_cast<int>(weight.size());
    weight.push_back(weight[a] + weight[b]);
  }

  // Depth of every leaf -> how many codes of each length.
  std::vector<int> depth(weight.size(), 0);
  for (int node = static_cast<int>(weight.size()) - 2; node >= 0; --node) {
    const auto n = static_cast<std::size_t>(node);
    depth[n] = depth[static_cast<std::size_t>(parent[n])] + 1;
  }
  std::vector<int> codes_of_length(std::max<std::size_t>(weight.size(), 18), 0);
  for (std::size_t n = 0; n < leaves; ++n) ++codes_of_length[static_cast<std::size_t>(depth[n])];

  // Figure K.3: no code longer than 16 bits.
  for (std::size_t i = codes_of_length.size() - 1; i > 16; --i) {
    while (codes_of_length[i] > 0) {
      std::size_t j = i - 2;
      while (codes_of_length[j] == 0) --j;
      codes_of_length[i] -= 2;
      codes_of_length[i - 1] += 1;
      codes_of_length[j + 1] += 2;
      codes_of_length[j] -= 1;
    }
  }
  std::size_t longest = 16;
  while (codes_of_length[longest] == 0) --longest;
  --codes_of_length[longest];  // the reserved code point

  // Shortest codes to the most frequent symbols.
  std::stable_sort(live.begin(), live.end(), [&](int a, int b) { return count_of(a) > count_of(b); });
  std::size_t next = 0;
  for (std::size_t length = 1; length <= 16; ++length)
    for (int n = 0; n < codes_of_length[length]; ++n)
      lengths[static_cast<std::size_t>(live[next++])] = static_cast<std::uint8_t>(length);
  return lengths;
}

std::array<float, 256> symbol_bits(const Counts& counts, float unseen) {
  constexpr float kLongest = 16.0f, kUnknown = 8.0f;
  const Lengths lengths = huffman_lengths(counts);
  const auto dearest = static_cast<float>(*std::max_element(lengths.begin(), lengths.end()));
  const float missing = dearest > 0.0f ? std::min(dearest + unseen, kLongest) : kUnknown;
  std::array<float, 256> bits;
  for (std::size_t s = 0; s < bits.size(); ++s)
    bits[s] = lengths[s] > 0 ? static_cast<float>(lengths[s]) : missing;
  return bits;
}

CodedSize coded_size(const Counts& counts) {
  const Lengths lengths = huffman_lengths(counts);
  CodedSize size;
  for (std::size_t s = 0; s < lengths.size(); ++s) {
    if (lengths[s] == 0) continue;
    ++size.symbols;
    size.bits += lengths[s] * counts[s];
  }
  return size;
}

HuffmanTable huffman_table(const Lengths& lengths) {
  HuffmanTable table{};
  table.length = lengths;
  std::uint32_t code = 0;
  for (std::size_t length = 1; length <= 16; ++length) {
    for (std::size_t symbol = 0; symbol < 256; ++symbol) {
      if (lengths[symbol] != length) continue;
      ++table.counts_by_length[length - 1];
      table.symbols.push_back(static_cast<std::uint8_t>(symbol));
      table.code[symbol] = static_cast<std::uint16_t>(code++);
    }
    code <<= 1;
  }
  return table;
}

}  // namespace foveate
