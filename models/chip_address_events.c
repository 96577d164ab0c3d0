/* One core behind address-event pins; no network. */
#include "models/chip.h"

void chip_wire_address_events(struct chip *chip)
{
    struct event_core *core = &chip->event_cores[0];
    struct address_event_port *port = &chip->aer;
    port->request = core->request = chip_new_link(chip, 1, chip->config->host.synchroniser, 1, &port->component,
                                                  &core->component);
    port->release = core->release = chip_new_link(chip, 1, 1, 1, &port->component, &core->component);
    port->from_core = core->out = chip_new_link(chip, 4, 1, 1, &core->component, &port->component);
    port->probe = &chip->probe;
}
