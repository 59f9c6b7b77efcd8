// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace Hephaestus {

/// A text with holes: what stands where a mark was. The real encoder makes a body once, which is then filled in
/// thousands of times a second. Marks are found from left to right; a text may hold one many times.
class MovingText
{
public:
    MovingText() = default;

    /// `marks`: what to look for, and the number of the hole it becomes.
    MovingText(std::string_view text, const std::vector<std::pair<std::string, int>> &marks)
    {
        while (!text.empty()) {
            std::size_t at = std::string_view::npos;
            const std::pair<std::string, int> *first = nullptr;
            for (const auto &mark : marks) {
                const std::size_t found = text.find(mark.first);
                if (found < at) {
                    at = found;
                    first = &mark;
                }
            }
            if (!first)
                break;
            m_pieces.push_back({std::string(text.substr(0, at)), first->second});
            text.remove_prefix(at + first->first.size());
        }
        m_end = text;
    }

    /// `fill(hole, text)` appends what goes into a hole.
    template <typename Fill>
    std::string with(Fill fill) const
    {
        std::string text;
        for (const Piece &piece : m_pieces) {
            text += piece.before;
            fill(piece.hole, text);
        }
        return text += m_end;
    }

private:
    struct Piece
    {
        std::string before;
        int hole;
    };

    std::vector<Piece> m_pieces;
    std::string m_end;
};

} // namespace Hephaestus
