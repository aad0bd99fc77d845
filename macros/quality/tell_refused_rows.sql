{% macro tell_refused_rows(results) %}
    {%- if execute -%}
        {%- for result in results
            if result.status == 'fail' and result.node.description -%}
            {%- do log(
                'Failed: ' ~ result.node.name ~ '. ' ~ result.node.description | trim,
                info=true
            ) -%}
        {%- endfor -%}
        {%- for result in results
            if result.status == 'fail' and 'seeds' in result.node.tags -%}
            {%- for row in run_query(result.node.compiled_code).rows -%}
                {%- do log(
                    'Seed ' ~ row['seed'] ~ ', row ' ~ row['seed_row'] ~ ': '
                    ~ row['problem'] ~ '.',
                    info=true
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
