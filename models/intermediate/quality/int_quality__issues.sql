{#- Everything a human should look at, one row per record and reason, keys only. -#}
{#- With bookings documents only value the contracts that they belong to. -#}
{%- set is_revenue = 'is_counted' if var('revenue_basis') == 'billings' else 'false' -%}
{%- set kpi_of_billing -%}
    case
        when {{ is_revenue }} then 'revenue_growth'
        when contract_id is not null then 'churn_rate'
    end
{%- endset -%}
{#- A lost deal is in the win rate alone, and there only if it was new business. -#}
{%- set kpi_of_close -%}
    case
        when landed_state != 'lost' then 'revenue_growth'
        when deal_type = 'new_business' then 'conversion_rate'
    end
{%- endset -%}
{#- An open deal is in no figure of a KPI, whatever its stage says. -#}
{%- set kpi_of_amount -%}
    case
        when deal_state = 'won' then 'revenue_growth'
        when deal_state = 'lost' and deal_type = 'new_business' then 'conversion_rate'
    end
{%- endset -%}
{#- One such deal, and its period has no win rate by value. -#}
{%- set is_lost_without_value -%}
    deal_state = 'lost' and deal_type = 'new_business' and closed_on is not null
    and coalesce(amount, 0) <= 0 and amount_source != 'missing_rate'
{%- endset -%}
{#- Only new business is timed. -#}
{%- set kpi_of_clock -%}
    case when deal_type = 'new_business' then 'sales_cycle_length' end
{%- endset -%}
{%- set standard_lifecycle_stages = [
    'subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity',
    'customer', 'evangelist', 'other',
] -%}

with

raw_rows as (

    select * from {{ ref('int_quality__raw_rows') }}

),

deal_states as (

    select * from {{ ref('int_crm__deal_states') }}

),

deals as (

    select * from {{ ref('int_crm__deals') }}

),

lead_records as (

    select * from {{ ref('int_crm__lead_records') }}
    where record_state is null and is_lead

),

{# Leads or not: who is in a stage that nobody mapped is no lead. #}
staged_contacts as (

    select * from {{ ref('int_crm__lead_records') }}
    where record_state is null and lifecycle_stage is not null

),

past_statuses as (

    select * from {{ ref('int_quality__past_statuses') }}

),

account_records as (

    select * from {{ ref('int_crm__account_records') }}
    where record_state is null

),

{# Known today, but not on the as-of day: nothing is wrong with who names them. #}
accounts_to_come as (

    select * from {{ ref('int_crm__account_records') }}
    where is_after_as_of and record_state in ('after_as_of', 'merged')

),

{# Either finance's spend or campaigns are in a figure; of the others one only knows. #}
finance_rows as (

    select count(*) as row_count from {{ ref('int_cac__finance_spend') }}

),

{# What stands above another campaign never counts: only leaves do. #}
child_campaigns as (

    select
        source_system,
        parent_id
    from {{ ref('int_crm__campaign_records') }}
    where record_state is null and parent_id is not null
    group by source_system, parent_id

),

campaign_records as (

    select
        campaign_records.*,
        coalesce(
            campaign_records.currency_code,
            {{ home_currency('campaign_records.source_system') }}
        ) as cost_currency_code,
        child_campaigns.parent_id is not null as is_parent,
        {{ spend_comes_from('crm_campaigns') }} as is_in_a_figure

    from {{ ref('int_crm__campaign_records') }} as campaign_records
    cross join finance_rows
    left join child_campaigns
        on campaign_records.source_system = child_campaigns.source_system
        and campaign_records.record_id = child_campaigns.parent_id
    where campaign_records.record_state is null
        and campaign_records.cost is not null

),

contracts as (

    select
        *,
        {# A period of finance names a CRM, and stands where finance delivers. #}
        case
            when raw_table = 'contract_periods' then 'finance'
            else source_system
        end as record_source_system

    from {{ ref('int_customers__contracts') }}

),

{# What is dated after the as-of day is no revenue yet, but values its contract. #}
billings as (

    select
        *,
        {{ is_revenue }} as is_revenue,
        {{ kpi_of_billing }} as kpi

    from {{ ref('int_revenue__billings') }}
    where is_counted or (is_in_force and contract_id is not null)

),

campaign_costs as (

    select * from {{ ref('int_cac__campaign_costs') }}

),

finance_spend as (

    select
        finance_spend.*,
        {{ spend_comes_from('finance') }} as is_in_a_figure

    from {{ ref('int_cac__finance_spend') }} as finance_spend
    cross join finance_rows
    where finance_spend.set_aside_reason is null

),

billing_records as (

    select
        *,
        coalesce(currency_code, {{ home_currency('source_system') }})
            as amount_currency_code,
        {{ kpi_of_billing }} as kpi

    from {{ ref('int_crm__billing_document_records') }}
    where record_state is null and is_counted

),

value_mapping as (

    select * from {{ ref('int_crm__value_mapping') }}

),

channels as (

    select * from {{ ref('int_crm__channels') }}

),

row_issues as (

    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        case when row_state = 'used' then 'unreadable_value' else row_state end
            as reason,
        'warning' as severity,
        cast(null as {{ type_name('text') }}) as kpi,
        cast(null as {{ type_name('money') }}) as amount,
        cast(null as {{ type_name('text') }}) as currency_code,
        {# Each name ends with a comma. #}
        substr(unreadable_columns, 1, length(unreadable_columns) - 1) as detail

    from raw_rows
    where row_state in ('missing_id', 'unreadable')
        or (row_state = 'used' and unreadable_columns is not null)

),

{# One row per deal and rule that it breaks. #}
deal_findings as (

    select
        deal_states.*,
        deals.is_win,
        deals.is_closed_won,
        deals.customer_id,
        deals.is_type_derived,
        deals.deal_type

    from deal_states
    inner join deals
        on deal_states.deal_id = deals.deal_id
    where deal_states.is_counted

),

deal_issues as (
    {% for reason, kpi, severity, condition in [
        ('close_date_in_future', kpi_of_close, 'warning',
            "landed_state in ('won', 'lost') and landed_closed_on is not null"
            ~ " and deal_state = 'open'"),
        ('close_date_missing', kpi_of_close, 'warning',
            "close_date_source = 'missing'"),
        ('unknown_stage', "'conversion_rate'", 'warning', "landed_state = 'unknown'"),
        ('created_date_missing', kpi_of_clock, 'warning', 'created_on is null'),
        ('close_before_create', kpi_of_clock, 'warning', 'closed_on < created_on'),
        ('amount_missing', kpi_of_amount, 'warning',
            "(is_closed_won and amount_source = 'missing_amount')"
            ~ " or (" ~ is_lost_without_value ~ ")"),
        ('exchange_rate_missing', kpi_of_amount, 'warning',
            "amount_source = 'missing_rate'"),
        ('customer_missing', "'churn_rate'", 'warning',
            'is_win and customer_id is null'),
        ('deal_type_derived', "'average_order_value'", 'info', 'is_type_derived'),
    ] %}
    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        '{{ reason }}' as reason,
        case when {{ kpi }} is null then 'info' else '{{ severity }}' end as severity,
        {{ kpi }} as kpi,
        {{ 'record_amount' if reason == 'exchange_rate_missing' else 'amount' }}
            as amount,
        {{ 'currency_code' if reason == 'exchange_rate_missing'
            else "'" ~ var('reporting_currency') ~ "'" }} as currency_code,
        {{ 'deal_type' if reason == 'deal_type_derived'
            else 'currency_code' if reason == 'exchange_rate_missing'
            else 'cast(null as ' ~ type_name('text') ~ ')' }} as detail

    from deal_findings
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

lead_issues as (

    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        'created_date_missing' as reason,
        'warning' as severity,
        'conversion_rate' as kpi,
        cast(null as {{ type_name('money') }}) as amount,
        cast(null as {{ type_name('text') }}) as currency_code,
        cast(null as {{ type_name('text') }}) as detail

    from lead_records
    where created_on is null

),

{# One example record per value that should be mapped and is not. #}
picklist_values as (
    {% for records, field, column in [
        ('lead_records', 'lead_status', 'lead_status'),
        ('lead_records', 'lead_source', 'lead_source'),
        ('lead_records', 'industry', 'industry'),
        ('lead_records', 'region', 'country'),
        ('deal_states', 'deal_type', 'raw_deal_type'),
        ('deal_states', 'lead_source', 'raw_lead_source'),
        ('account_records', 'industry', 'industry'),
        ('account_records', 'region', 'country'),
        ('account_records', 'segment', 'segment'),
        ('staged_contacts', 'lifecycle_stage', 'lifecycle_stage'),
    ] %}
    select
        source_system,
        raw_table,
        source_record_id,
        '{{ field }}' as field,
        {{ column }} as raw_value,
        1 as row_count

    from {{ records }}
    union all
    {%- endfor %}
    select
        source_system,
        raw_table,
        source_record_id,
        field,
        raw_value,
        row_count

    from past_statuses
    union all
    {# Channels: of new customers by the source of their deal, and of spend. #}
    select
        record_source_system as source_system,
        raw_table,
        source_record_id,
        'channel' as field,
        lead_source as raw_value,
        1 as row_count

    from deals
    where win_number = 1 and deal_type = 'new_business' and lead_source != '(unknown)'
    union all
    select
        'finance' as source_system,
        raw_table,
        source_record_id,
        'channel' as field,
        channel as raw_value,
        1 as row_count

    from finance_spend
    where is_in_a_figure
    union all
    select
        source_system,
        raw_table,
        source_record_id,
        'channel' as field,
        campaign_type as raw_value,
        1 as row_count

    from campaign_records
    where is_in_a_figure and not is_parent

),

known_values as (

    select
        source_system,
        field,
        raw_value

    from value_mapping
    where field != 'channel'
    union
    {# Lifecycle stages are mapped as statuses, but for those that HubSpot ships. #}
    select
        source_system,
        'lifecycle_stage' as field,
        raw_value

    from value_mapping
    where source_system = 'hubspot' and field = 'lead_status'
    {%- for stage in standard_lifecycle_stages %}
    union
    select
        'hubspot' as source_system,
        'lifecycle_stage' as field,
        '{{ stage }}' as raw_value
    {%- endfor %}
    {#- Sources and spend meet in one vocabulary, and its own words need no mapping. #}
    {%- for system in enabled_crms() + ['finance'] %}
        {%- for column in ['raw_value', 'lower(channel)'] %}
    union
    select
        '{{ system }}' as source_system,
        'channel' as field,
        {{ column }} as raw_value

    from channels
        {%- endfor %}
    {%- endfor %}

),

{# Open vocabularies need a mapping only where somebody started one. #}
mapped_fields as (

    select
        source_system,
        field
    from known_values
    group by source_system, field

),

unmapped_values as (

    select
        picklist_values.source_system,
        picklist_values.raw_table,
        min(picklist_values.source_record_id) as raw_key,
        'unmapped_' || picklist_values.field as reason,
        'warning' as severity,
        case
            when picklist_values.field in ('lead_status', 'lifecycle_stage')
                then 'conversion_rate'
            when picklist_values.field = 'deal_type' then 'average_order_value'
            when picklist_values.field = 'channel' then 'customer_acquisition_cost'
        end as kpi,
        cast(null as {{ type_name('money') }}) as amount,
        cast(null as {{ type_name('text') }}) as currency_code,
        cast(sum(picklist_values.row_count) as {{ type_name('text') }}) || ' rows'
            as detail

    from picklist_values
    left join known_values
        on picklist_values.source_system = known_values.source_system
        and picklist_values.field = known_values.field
        and lower(picklist_values.raw_value) = known_values.raw_value
    left join mapped_fields
        on picklist_values.source_system = mapped_fields.source_system
        and picklist_values.field = mapped_fields.field
    where picklist_values.raw_value is not null
        and known_values.raw_value is null
        and (
            mapped_fields.field is not null
            or picklist_values.field in ('lead_status', 'deal_type')
        )
    group by
        picklist_values.source_system, picklist_values.raw_table,
        picklist_values.field, lower(picklist_values.raw_value)

),

shared_domains as (

    select
        source_system,
        web_domain_key
    from account_records
    where web_domain_key is not null
    group by source_system, web_domain_key
    having count(*) > 1

),

account_issues as (

    select
        account_records.source_system,
        account_records.raw_table,
        account_records.source_record_id as raw_key,
        'web_domain_shared' as reason,
        'info' as severity,
        'churn_rate' as kpi,
        cast(null as {{ type_name('money') }}) as amount,
        cast(null as {{ type_name('text') }}) as currency_code,
        cast(null as {{ type_name('text') }}) as detail

    from account_records
    inner join shared_domains
        on account_records.source_system = shared_domains.source_system
        and account_records.web_domain_key = shared_domains.web_domain_key

),

billing_findings as (

    select
        billings.*,
        billing_records.account_id,
        billing_records.amount as record_amount,
        billing_records.amount_currency_code,
        coalesce(billings.account_customer_id, deals.customer_id) as customer_id

    from billings
    left join billing_records
        on billings.source_system = billing_records.source_system
        and billings.raw_table = billing_records.raw_table
        and billings.source_record_id = billing_records.source_record_id
    left join deals
        on billings.deal_id = deals.deal_id

),

{# Only a win, or a document that is revenue and no refund, can make a customer. #}
records_of_unknown_accounts as (

    select
        deal_states.source_system,
        deal_states.raw_table,
        deal_states.source_record_id,
        deal_states.account_id,
        deal_states.amount,
        deals.is_win as is_sale

    from deal_states
    inner join deals
        on deal_states.deal_id = deals.deal_id
    where deal_states.account_id is not null
        and deal_states.account_customer_id is null
    union all
    select
        source_system,
        raw_table,
        source_record_id,
        account_id,
        amount,
        not is_refund as is_sale

    from billing_findings
    where is_revenue and account_id is not null and account_customer_id is null

),

dangling_accounts as (

    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        'account_unknown' as reason,
        case when is_sale then 'warning' else 'info' end as severity,
        case when is_sale then 'churn_rate' end as kpi,
        amount,
        '{{ var("reporting_currency") }}' as currency_code,
        cast(null as {{ type_name('text') }}) as detail

    from records_of_unknown_accounts
    where not exists (
        select 1 as is_to_come from accounts_to_come
        where accounts_to_come.source_system = records_of_unknown_accounts.source_system
            and accounts_to_come.record_id = records_of_unknown_accounts.account_id
    )

),

contract_issues as (

    select
        record_source_system as source_system,
        raw_table,
        source_record_id as raw_key,
        'contract_' || unusable_reason as reason,
        'warning' as severity,
        'churn_rate' as kpi,
        monthly_amount as amount,
        '{{ var("reporting_currency") }}' as currency_code,
        cast(null as {{ type_name('text') }}) as detail

    from contracts
    where unusable_reason not in ('draft', 'named_otherwise')
    union all
    select
        record_source_system as source_system,
        raw_table,
        source_record_id as raw_key,
        'contract_value_missing' as reason,
        'warning' as severity,
        'churn_rate' as kpi,
        cast(null as {{ type_name('money') }}) as amount,
        cast(null as {{ type_name('text') }}) as currency_code,
        value_source as detail

    from contracts
    where unusable_reason is null
        and monthly_amount is null
        and amount_source != 'missing_rate'
    union all
    select
        record_source_system as source_system,
        raw_table,
        source_record_id as raw_key,
        'exchange_rate_missing' as reason,
        'warning' as severity,
        'churn_rate' as kpi,
        record_amount as amount,
        currency_code,
        currency_code as detail

    from contracts
    where unusable_reason is null
        and monthly_amount is null
        and amount_source = 'missing_rate'

),

billing_issues as (

    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        case
            when amount_source = 'missing_amount' then 'amount_missing'
            else 'exchange_rate_missing'
        end as reason,
        case when kpi is null then 'info' else 'warning' end as severity,
        kpi,
        record_amount as amount,
        amount_currency_code as currency_code,
        case when amount_source = 'missing_rate' then amount_currency_code end as detail

    from billing_findings
    where amount_source in ('missing_amount', 'missing_rate')
    union all
    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        'customer_missing' as reason,
        'warning' as severity,
        'churn_rate' as kpi,
        amount,
        '{{ var("reporting_currency") }}' as currency_code,
        cast(null as {{ type_name('text') }}) as detail

    from billing_findings
    where is_revenue and not is_refund and customer_id is null
    union all
    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        'billing_date_missing' as reason,
        case when kpi is null then 'info' else 'warning' end as severity,
        kpi,
        amount,
        amount_currency_code as currency_code,
        currency_code as detail

    from billing_records
    where billed_on is null

),

spend_issues as (

    select
        'finance' as source_system,
        raw_table,
        source_record_id as raw_key,
        'exchange_rate_missing' as reason,
        case when is_in_a_figure then 'warning' else 'info' end as severity,
        case when is_in_a_figure then 'customer_acquisition_cost' end as kpi,
        record_amount as amount,
        currency_code,
        currency_code as detail

    from finance_spend
    where amount_source = 'missing_rate'

),

campaign_issues as (

    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        'campaign_dates_missing' as reason,
        case when is_in_a_figure then 'warning' else 'info' end as severity,
        case when is_in_a_figure then 'customer_acquisition_cost' end as kpi,
        cost as amount,
        cost_currency_code as currency_code,
        currency_code as detail

    from campaign_records
    where not is_parent and cost != 0 and starts_on is null and ends_on is null
    union all
    select
        source_system,
        raw_table,
        source_record_id as raw_key,
        'campaign_cost_on_parent' as reason,
        'info' as severity,
        case when is_in_a_figure then 'customer_acquisition_cost' end as kpi,
        cost as amount,
        cost_currency_code as currency_code,
        currency_code as detail

    from campaign_records
    where is_parent and cost != 0
    union all
    select
        campaign_records.source_system,
        campaign_records.raw_table,
        campaign_records.source_record_id as raw_key,
        'exchange_rate_missing' as reason,
        case when campaign_records.is_in_a_figure then 'warning' else 'info' end
            as severity,
        case when campaign_records.is_in_a_figure then 'customer_acquisition_cost' end
            as kpi,
        campaign_records.cost as amount,
        campaign_records.cost_currency_code as currency_code,
        campaign_records.cost_currency_code as detail

    from campaign_records
    inner join campaign_costs
        on campaign_records.source_system || ':' || campaign_records.record_id
        = campaign_costs.campaign_id
    where campaign_costs.amount is null
    group by
        campaign_records.source_system, campaign_records.raw_table,
        campaign_records.source_record_id, campaign_records.cost,
        campaign_records.cost_currency_code, campaign_records.is_in_a_figure

),

issues as (

    select * from row_issues
    union all
    select * from deal_issues
    union all
    select * from lead_issues
    union all
    select * from unmapped_values
    union all
    select * from account_issues
    union all
    select * from dangling_accounts
    union all
    select * from contract_issues
    union all
    select * from billing_issues
    union all
    select * from campaign_issues
    union all
    select * from spend_issues

)

select * from issues
