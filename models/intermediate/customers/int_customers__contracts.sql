{#- Every contract that is known, usable or not, with its value per month. -#}
with

finance_periods as (

    select * from {{ ref('int_crm__contract_period_records') }}
    where record_state is null

),

{# Of excluded accounts, too: their contracts in a CRM do not count, either. #}
contracts_of_finance as (

    select
        contract_source_system as source_system,
        contract_id
    from {{ ref('int_crm__contract_period_records') }}
    where set_aside_reason is null
    group by contract_source_system, contract_id

),

contract_records as (

    select * from {{ ref('int_crm__contract_records') }}
    where record_state is null

),

accounts as (

    select * from {{ ref('int_crm__accounts') }}

),

deals as (

    select * from {{ ref('int_crm__deals') }}

),

{# Read apart from `deals`, which then need not be kept for a second pass. #}
wins_of_contracts as (

    select * from {{ ref('int_crm__deals') }}
    where is_win and contract_id is not null

),

{# The deal may count in a CRM without contracts, and its copy name one. #}
wins_of_copies as (

    select
        copies.source_system,
        copies.contract_id,
        deals.amount,
        deals.amount_source

    from {{ ref('int_crm__deal_states') }} as copies
    inner join {{ ref('int_crm__deals') }} as deals
        on copies.deal_id = deals.deal_id
    where not copies.is_counted and copies.contract_id is not null and deals.is_win
    group by
        deals.deal_id, copies.source_system, copies.contract_id,
        deals.amount, deals.amount_source

),

deal_keys as (

    select * from {{ ref('int_crm__deal_states') }}

),

{# Every record of a deal, also the copies in other CRMs that are not counted. #}
named_contracts as (

    select
        deal_id,
        source_system,
        contract_id

    from {{ ref('int_crm__deal_states') }}
    where contract_id is not null

),

billings as (

    select * from {{ ref('int_revenue__billings') }}

),

{#
    Finance knows better: its periods replace those of the same contract in a CRM, which
    is asked only what they do not say: the price, the deal that sells it and, where
    they do not go beyond its days, the term.
#}
contracts as (

    select
        'contract_periods' as raw_table,
        finance_periods.source_record_id,
        finance_periods.contract_source_system as source_system,
        finance_periods.contract_id,
        finance_periods.account_id,
        contract_records.deal_id,
        finance_periods.starts_on,
        finance_periods.ends_on,
        case
            when max(
                case
                    when finance_periods.ends_on <= finance_periods.starts_on then 0
                    when finance_periods.starts_on >= contract_records.starts_on
                        and finance_periods.ends_on <= contract_records.ends_on
                        then 0
                    else 1
                end
            ) over (
                partition by
                    finance_periods.contract_source_system, finance_periods.contract_id
            ) = 0
                then contract_records.term_months
        end as term_months,
        cast(null as {{ type_name('integer') }}) as term_days,
        false as is_draft,
        contract_records.amount as total_amount,
        finance_periods.monthly_amount as finance_monthly_amount,
        contract_records.monthly_amount as crm_monthly_amount,
        contract_records.home_monthly_amount,
        case
            when finance_periods.monthly_amount is null
                then contract_records.currency_code
            else finance_periods.currency_code
        end as currency_code,
        row_number() over (
            partition by
                finance_periods.contract_source_system, finance_periods.contract_id
            order by
                finance_periods.starts_on, finance_periods.ends_on nulls last,
                finance_periods.account_id nulls last,
                finance_periods.monthly_amount nulls last,
                finance_periods.source_record_id
        ) as period_number

    from finance_periods
    left join contract_records
        on finance_periods.contract_source_system = contract_records.source_system
        and finance_periods.contract_id = contract_records.record_id
    union all
    select
        contract_records.raw_table,
        contract_records.source_record_id,
        contract_records.source_system,
        contract_records.record_id as contract_id,
        contract_records.account_id,
        contract_records.deal_id,
        contract_records.starts_on,
        contract_records.ends_on,
        contract_records.term_months,
        contract_records.term_days,
        contract_records.is_draft,
        contract_records.amount as total_amount,
        cast(null as {{ type_name('money') }}) as finance_monthly_amount,
        contract_records.monthly_amount as crm_monthly_amount,
        contract_records.home_monthly_amount,
        contract_records.currency_code,
        1 as period_number

    from contract_records
    left join contracts_of_finance
        on contract_records.source_system = contracts_of_finance.source_system
        and contract_records.record_id = contracts_of_finance.contract_id
    where contracts_of_finance.contract_id is null

),

deals_with_contracts as (

    select
        source_system,
        deal_id
    from contracts
    where deal_id is not null
    group by source_system, deal_id

),

{# Copies of one deal sell the same: the items of the first that has any count. #}
deals_of_contracts as (

    select
        deals_with_contracts.source_system,
        deals_with_contracts.deal_id,
        deals.deal_id as counted_deal_id,
        deals.customer_id,
        deals.closed_on,
        row_number() over (
            partition by deals.deal_id
            order by
                {{ crm_precedence('deals_with_contracts.source_system') }},
                deals_with_contracts.deal_id
        ) as copy_rank

    from deals_with_contracts
    inner join deal_keys
        on deals_with_contracts.source_system = deal_keys.source_system
        and deals_with_contracts.deal_id = deal_keys.record_id
    inner join deals
        on deal_keys.deal_id = deals.deal_id
    where deals.is_win

),

{#
    A deal sells what the contract says that it names in any CRM, while that is in
    force, else its items: also where that contract is a draft, has no customer or cannot
    have been in force.
#}
named_periods as (

    select
        named_contracts.deal_id,
        contracts.starts_on,
        contracts.ends_on

    from named_contracts
    inner join contracts
        on named_contracts.source_system = contracts.source_system
        and named_contracts.contract_id = contracts.contract_id
    inner join accounts
        on contracts.source_system = accounts.source_system
        and contracts.account_id = accounts.record_id
    where contracts.deal_id is null
        and not contracts.is_draft
        and contracts.starts_on is not null
        and (contracts.ends_on is null or contracts.ends_on > contracts.starts_on)

),

{# What a deal sells without a start of its own begins when the deal is won. #}
numbered_contracts as (

    select
        contracts.raw_table,
        contracts.source_record_id,
        contracts.source_system,
        contracts.contract_id,
        coalesce(contracts.starts_on, deals_of_contracts.closed_on) as starts_on,
        coalesce(
            contracts.ends_on,
            case
                when contracts.starts_on is null
                    and coalesce(contracts.term_months, contracts.term_days) is not null
                    then {{ add_days(
                        add_months(
                            'deals_of_contracts.closed_on',
                            'coalesce(contracts.term_months, 0)'
                        ),
                        'coalesce(contracts.term_days, 0)'
                    ) }}
            end
        ) as ends_on,
        contracts.term_months,
        contracts.is_draft,
        contracts.total_amount,
        contracts.finance_monthly_amount,
        contracts.crm_monthly_amount,
        contracts.home_monthly_amount,
        coalesce(
            contracts.currency_code, {{ home_currency('contracts.source_system') }}
        ) as currency_code,
        contracts.source_system || ':' || contracts.contract_id
        || ':' || cast(contracts.period_number as {{ type_name('text') }})
            as contract_period_id,
        coalesce(accounts.customer_id, deals_of_contracts.customer_id) as customer_id,
        deals_of_contracts.counted_deal_id,
        coalesce(deals_of_contracts.copy_rank, 1) as copy_rank

    from contracts
    left join accounts
        on contracts.source_system = accounts.source_system
        and contracts.account_id = accounts.record_id
    left join deals_of_contracts
        on contracts.source_system = deals_of_contracts.source_system
        and contracts.deal_id = deals_of_contracts.deal_id
    where contracts.deal_id is null
        or contracts.raw_table = 'contract_periods'
        or deals_of_contracts.counted_deal_id is not null

),

{# The deal of a renewal may name the contract that ends when its items begin. #}
items_of_named_periods as (

    select numbered_contracts.contract_period_id
    from numbered_contracts
    inner join named_periods
        on numbered_contracts.counted_deal_id = named_periods.deal_id
        and (
            named_periods.ends_on is null
            or numbered_contracts.starts_on < named_periods.ends_on
        )
        and (
            numbered_contracts.ends_on is null
            or numbered_contracts.ends_on > named_periods.starts_on
        )
    group by numbered_contracts.contract_period_id

),

{# What was paid for a contract: by orders or invoices, or by deals that sold it. #}
payments as (

    select
        source_system,
        contract_id,
        'billed' as payment,
        amount,
        amount_source

    from billings
    where is_in_force and contract_id is not null
    union all
    select
        record_source_system as source_system,
        contract_id,
        'sold' as payment,
        amount,
        amount_source

    from wins_of_contracts
    union all
    select
        source_system,
        contract_id,
        'sold' as payment,
        amount,
        amount_source

    from wins_of_copies

),

{# An amount that nobody can convert makes the sum unknown, not smaller. #}
paid_contracts as (

    select
        source_system,
        contract_id
        {%- for payment in ['billed', 'sold'] %},
        case
            when count(
                case
                    when payment = '{{ payment }}' and amount_source = 'missing_rate'
                        then 1
                end
            ) = 0
                then cast(
                    sum(case when payment = '{{ payment }}' then amount end)
                    as {{ type_name('money') }}
                )
        end as {{ payment }}_amount
        {%- endfor %}

    from payments
    group by source_system, contract_id

),

{# Finance can cut a contract into periods; what is paid is paid for all of them. #}
timed_contracts as (

    select
        numbered_contracts.*,
        items_of_named_periods.contract_period_id is not null
        or numbered_contracts.copy_rank > 1 as is_named_otherwise,
        case
            when numbered_contracts.term_months is not null
                then numbered_contracts.term_months
            when count(*) over of_contract
                = count(numbered_contracts.ends_on) over of_contract
                then greatest(
                    1,
                    cast(
                        round(
                            cast(
                                sum(
                                    greatest(
                                        0,
                                        {{ days_between(
                                            'numbered_contracts.starts_on',
                                            'numbered_contracts.ends_on'
                                        ) }}
                                    )
                                ) over of_contract as {{ type_name('integer') }}
                            ) * 12 / 365.25
                        ) as {{ type_name('integer') }}
                    )
                )
        end as paid_months

    from numbered_contracts
    left join items_of_named_periods
        on numbered_contracts.contract_period_id
        = items_of_named_periods.contract_period_id
    window of_contract as (
        partition by numbered_contracts.source_system, numbered_contracts.contract_id
    )

),

priced_contracts as (

    select
        *,
        case
            when finance_monthly_amount is not null then finance_monthly_amount
            when paid_months is not null and total_amount is not null
                then total_amount
            else crm_monthly_amount
        end as amount,
        case
            when finance_monthly_amount is null and total_amount is null
                then home_monthly_amount
        end as home_amount,
        cast(null as {{ type_name('rate') }}) as units_per_home_unit,
        starts_on as converted_on

    from timed_contracts

),

rated_contracts as (

    {{ with_rates('priced_contracts') }}

),

contract_values as (

    select
        rated_contracts.*,
        {{ reporting_amount('rated_contracts') }} as stated_amount,
        paid_contracts.billed_amount,
        paid_contracts.sold_amount

    from rated_contracts
    left join paid_contracts
        on rated_contracts.source_system = paid_contracts.source_system
        and rated_contracts.contract_id = paid_contracts.contract_id

),

{# A total that nobody can convert gives way to what was paid. #}
sourced_contracts as (

    select
        *,
        case
            when finance_monthly_amount is not null then 'finance'
            when total_amount is not null and paid_months > 0
                and (
                    stated_amount is not null
                    or coalesce(billed_amount, sold_amount) is null
                )
                then 'contract_amount'
            when billed_amount is not null and paid_months > 0 then 'orders'
            when sold_amount is not null and paid_months > 0 then 'won_deals'
            when crm_monthly_amount is not null then 'line_items'
            else 'missing'
        end as value_source

    from contract_values

),

contracts_with_value as (

    select
        contract_period_id,
        source_system,
        raw_table,
        source_record_id,
        contract_id,
        customer_id,
        starts_on,
        coalesce(ends_on, cast('2200-01-01' as date)) as ends_on,
        case
            when is_draft then 'draft'
            when is_named_otherwise then 'named_otherwise'
            when starts_on is null then 'start_missing'
            when ends_on <= starts_on then 'ends_before_start'
            when customer_id is null then 'customer_missing'
        end as unusable_reason,
        value_source,
        case value_source
            when 'contract_amount'
                then {{ money_ratio('stated_amount', 'paid_months') }}
            when 'orders' then {{ money_ratio('billed_amount', 'paid_months') }}
            when 'won_deals' then {{ money_ratio('sold_amount', 'paid_months') }}
            when 'finance' then stated_amount
            when 'line_items' then stated_amount
        end as monthly_amount,
        amount as record_amount,
        currency_code,
        amount_source

    from sourced_contracts

)

select * from contracts_with_value
