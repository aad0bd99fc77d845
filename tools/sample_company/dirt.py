"""The dirt of the sample: what is wrong, in how many records, and how it counts.

A kind of dirt hits every k-th record of its table (record number modulo k), so
its share is 1/k at any size. ``hits`` gives the SQL condition; with ``--dirt 0``
it is always false. Numbers are chosen so that kinds rarely meet in one record.
"""

from typing import NamedTuple


class Dirt(NamedTuple):
    """Every ``every``-th record of ``table`` (remainder ``offset``) is hit."""

    table: str
    every: int
    offset: int
    meaning: str


KINDS = {
    "lead_duplicate_row": Dirt("lead", 83, 3, "an older version of the row landed too"),
    "lead_inactive_version": Dirt("lead", 97, 5, "a history-mode version, not active"),
    "lead_deleted": Dirt("lead", 61, 7, "a further lead that was deleted"),
    "lead_removed_by_loader": Dirt(
        "lead", 307, 11, "a further lead, _fivetran_deleted"
    ),
    "lead_merged_later": Dirt("lead", 71, 9, "a later duplicate, merged into the lead"),
    "lead_merged_earlier": Dirt(
        "lead", 127, 13, "the lead absorbed an earlier one: it was created then"
    ),
    "lead_same_email": Dirt("lead", 59, 15, "the person came again, e-mail written so"),
    "lead_without_owner": Dirt("lead", 73, 17, "no owner"),
    "lead_queue_owner": Dirt("lead", 37, 19, "owned by a queue (00G...)"),
    "lead_unknown_status": Dirt("lead", 113, 21, "status Recycled, mapped to nothing"),
    "lead_text_employees": Dirt("lead", 67, 23, "number of employees is a text"),
    "lead_short_id": Dirt("lead", 89, 25, "ids of 15 characters, as from a report"),
    "lead_after_as_of": Dirt(
        "lead", 503, 29, "a further lead of the last load's night"
    ),
    "account_merged": Dirt("company", 47, 2, "a duplicate account, merged into it"),
    "account_deleted": Dirt("company", 109, 4, "a further account that was deleted"),
    "account_key": Dirt("company", 53, 6, "segment set by hand to Key Account"),
    "account_text_employees": Dirt("company", 79, 8, "number of employees is a text"),
    "account_without_owner": Dirt("company", 101, 10, "no owner"),
    "deal_duplicate_row": Dirt("deal", 79, 3, "an older version of the row landed too"),
    "deal_inactive_version": Dirt("deal", 103, 5, "a history-mode version, not active"),
    "deal_deleted": Dirt("deal", 67, 7, "a further deal, deleted, half of them won"),
    "deal_without_owner": Dirt("deal", 97, 9, "no owner"),
    "deal_departed_owner": Dirt("deal", 131, 11, "owner is no user that landed"),
    "deal_short_account_id": Dirt("deal", 31, 13, "account id of 15 characters"),
    "deal_without_account": Dirt("deal", 71, 15, "no account, its contact has one"),
    "deal_without_customer": Dirt("deal", 149, 17, "neither account nor contact"),
    "deal_text_amount": Dirt("deal", 113, 19, "amount is a text that is no number"),
    "deal_unreadable_close": Dirt("deal", 61, 23, "close date is no date"),
    "deal_unknown_currency": Dirt("deal", 157, 27, "currency XXX, known to no table"),
    "deal_crm_rate_only": Dirt("deal", 139, 29, "currency SEK, rate only in the CRM"),
    "deal_future_win": Dirt(
        "deal", 43, 31, "open in the business, won with a future date"
    ),
    "deal_odd_probability": Dirt("deal", 211, 33, "probability 1000"),
    "deal_unknown_type": Dirt("deal", 107, 35, "type is empty or mapped to nothing"),
    "deal_unknown_stage": Dirt(
        "deal", 47, 37, "open deal in a stage without definition"
    ),
    "contract_draft": Dirt("contract", 41, 1, "a further contract, still a draft"),
    "order_draft": Dirt("deal", 53, 39, "a further order, still a draft"),
    "hubspot_deal_merged": Dirt("deal", 59, 21, "two records merged into a third one"),
    "hubspot_double_association": Dirt("deal", 11, 4, "two association rows per pair"),
    "hubspot_second_company": Dirt("deal", 83, 25, "a second, not primary company"),
    "hubspot_subscriber": Dirt("lead", 41, 31, "a further contact, never a lead"),
    "hubspot_epoch_time": Dirt("lead", 7, 2, "history times in milliseconds"),
    "campaign_text_cost": Dirt("campaign", 9, 4, "cost is a text that is no number"),
}


def hits(kind, number, amount=1):
    """SQL condition: does this kind of dirt hit the record with this number?"""
    if not amount:
        return "false"
    dirt = KINDS[kind]
    return f"({number} % {dirt.every} = {dirt.offset})"
