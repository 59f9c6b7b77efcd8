// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/accessiblewidgets.h"

#include <QAbstractItemView>
#include <QAccessibleWidget>
#include <QComboBox>
#include <QLineEdit>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Its list, and where it can be edited the line, are its children.
class AccessibleBox : public QAccessibleWidget
{
public:
    explicit AccessibleBox(QComboBox *box) : QAccessibleWidget(box, QAccessible::ComboBox) {}

    QString text(QAccessible::Text kind) const override
    {
        return kind == QAccessible::Value ? box()->currentText() : QAccessibleWidget::text(kind);
    }

    QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        state.expandable = true;
        state.expanded = box()->view()->isVisible();
        state.editable = box()->isEditable();
        return state;
    }

    int childCount() const override { return box()->isEditable() ? 2 : 1; }

    QAccessibleInterface *child(int index) const override
    {
        return index == 0                       ? QAccessible::queryAccessibleInterface(box()->view())
            : index == 1 && box()->isEditable() ? QAccessible::queryAccessibleInterface(box()->lineEdit())
                                                : nullptr;
    }

    int indexOfChild(const QAccessibleInterface *child) const override
    {
        return child->object() == box()->view()                           ? 0
            : box()->isEditable() && child->object() == box()->lineEdit() ? 1
                                                                          : -1;
    }

    QAccessibleInterface *childAt(int x, int y) const override
    {
        const bool isInLine =
            box()->isEditable() && box()->lineEdit()->rect().contains(box()->lineEdit()->mapFromGlobal(QPoint(x, y)));
        return isInLine ? child(1) : nullptr;
    }

    QStringList actionNames() const override { return {showMenuAction(), pressAction()}; }

    void doAction(const QString &action) override
    {
        if (action != showMenuAction() && action != pressAction())
            return;
        if (box()->view()->isVisible())
            box()->hidePopup();
        else
            box()->showPopup();
    }

private:
    QComboBox *box() const { return static_cast<QComboBox *>(widget()); }
};

/// `className` is that of the object, then that of each base class until somebody knows it.
QAccessibleInterface *interfaceOf(const QString &className, QObject *object)
{
    if (className == "QComboBox"_L1)
        return new AccessibleBox(static_cast<QComboBox *>(object));
    if (className != "QWidget"_L1)
        return nullptr;
    auto *const widget = static_cast<QWidget *>(object);
    return widget->windowType() == Qt::Window ? new QAccessibleWidget(widget, QAccessible::Window) : nullptr;
}

} // namespace

void installAccessibleWidgets() { QAccessible::installFactory(interfaceOf); }

} // namespace Hephaestus
