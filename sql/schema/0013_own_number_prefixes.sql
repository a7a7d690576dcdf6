-- The beginnings of numbers that are all the company's own, in E.164, such as `+4202000004`.
create table settings.own_number_prefixes (
    prefix varchar not null
);
