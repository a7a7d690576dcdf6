-- Whether a queue or a menu stands for the line, since the dialled number tells nothing.
alter table settings.campaigns add column shared_telephony boolean;

-- Whether a call came to a queue or a menu of a campaign. A menu stands for a queue that the client
-- never came to; with shared telephony each of the two stands for the line.
create macro kept.is_of_place(
    shared_telephony, has_queues, has_menus, is_its_queue, is_its_menu, queue
) as
    case
        when shared_telephony
            then not has_queues and not has_menus or is_its_queue or is_its_menu
        else not has_queues or is_its_queue or queue is null and is_its_menu
    end;
