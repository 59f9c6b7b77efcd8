// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QString>

namespace Hephaestus {

/// One graph of one service that is kept in view.
struct GraphPin
{
    QString url;        ///< of the service
    QString measure;    ///< its key (linegraph.h); empty: operations
    QString dependency; ///< whose operations; empty: of all

    bool operator==(const GraphPin &) const = default;
};

/// Which graphs are pinned, in the order in which they were; the settings keep them.
class GraphPins : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype Most = 24; ///< each is asked for every few seconds

    explicit GraphPins(QObject *parent = nullptr);

    const QList<GraphPin> &all() const { return m_pins; }
    /// False: there is no room for it. One that is pinned already stays where it is.
    bool add(const GraphPin &pin);
    void remove(const GraphPin &pin);

Q_SIGNALS:
    void changed();

private:
    void write() const;

    QList<GraphPin> m_pins;
};

} // namespace Hephaestus
