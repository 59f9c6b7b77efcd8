// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/servicemaplayout.h"

#include <QWidget>

namespace Hephaestus {

/// Draws a ServiceMap: who uses something stands above it, in as many columns as the width has room for. The lines of
/// what is current are drawn stronger, and those to what is in trouble in its colour. It says nothing to a screen
/// reader: the list beside it does.
class ServiceMapView : public QWidget
{
    Q_OBJECT

public:
    explicit ServiceMapView(QWidget *parent = nullptr);

    void show(const ServiceMap &map);
    void setCurrent(const QString &key); ///< empty, or of no node: none is
    /// Where each node is drawn, in the map's order.
    const QList<QRect> &boxes() const { return m_layout.boxes(); }

    QSize sizeHint() const override; ///< of all, at the width that it has

Q_SIGNALS:
    void chosen(const QString &key); ///< clicked
    void opened(const QString &key); ///< double-clicked

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    QSize boxSize() const;
    void place();
    int nodeAt(const QPoint &point) const;
    void paintLines(QPainter &painter, const QRect &area) const;
    void paintCurrentLines(QPainter &painter) const;
    void paintArrow(QPainter &painter, int node) const;
    QColor lineColour(const MapNode &needed, const QColor &usual) const;
    void paintNode(QPainter &painter, const QRect &box, const MapNode &node) const;

    ServiceMap m_map;
    ServiceMapLayout m_layout;
    QString m_current;
};

} // namespace Hephaestus
