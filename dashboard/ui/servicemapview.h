// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicemap.h"

#include <QWidget>

namespace Hephaestus {

/// Draws a ServiceMap: who uses something stands above it. The lines of what is current are drawn stronger, and those
/// to what is in trouble in its colour. It says nothing to a screen reader: the list beside it does.
class ServiceMapView : public QWidget
{
    Q_OBJECT

public:
    explicit ServiceMapView(QWidget *parent = nullptr);

    void show(const ServiceMap &map);
    void setCurrent(const QString &key); ///< empty, or of no node: none is
    /// Where each node is drawn, in the map's order.
    QList<QRect> boxes() const;

    QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(const QString &key); ///< clicked
    void opened(const QString &key); ///< double-clicked

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    QSize boxSize() const;
    int nodeAt(const QPoint &point) const;
    void paintLines(QPainter &painter, const QList<QRect> &boxes) const;
    void paintNode(QPainter &painter, const QRect &box, const MapNode &node) const;

    ServiceMap m_map;
    QString m_current;
};

} // namespace Hephaestus
