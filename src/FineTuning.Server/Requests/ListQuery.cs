using System.Globalization;
using FineTuning.Server.Http;
using Microsoft.Extensions.Primitives;

namespace FineTuning.Server.Requests;

/// <summary>The paging parameters of a list.</summary>
internal readonly record struct ListQuery(int Limit, string? After, bool IsAscending = false)
{
    public static ListQuery Read(HttpRequest request, int defaultLimit = 20, int max = 100) =>
        new(ReadLimit(Single(request, "limit"), defaultLimit, max), Single(request, "after"));

    /// <summary>The list in the order that a request asks for; newest first if it does not say.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ascending">How this list spells oldest first.</param>
    /// <param name="descending">How it spells newest first.</param>
    public ListQuery OrderedBy(HttpRequest request, string ascending, string descending)
    {
        string order = Single(request, "order") ?? descending;
        return order == ascending || order == descending
            ? this with
            {
                IsAscending = order == ascending,
            }
            : throw ApiErrors.BadValue("order", RequestFields.Cut(order), $"'{ascending}' and '{descending}'");
    }

    /// <summary>A parameter that may be given once; null if it is missing or empty.</summary>
    public static string? Single(HttpRequest request, string name)
    {
        StringValues values = request.Query[name];
        return values.Count > 1 ? throw ApiErrors.BadRequest($"Parameter '{name}' was given more than once.", name)
            : string.IsNullOrEmpty(values) ? null
            : values.ToString();
    }

    public static ApiException UnknownCursor(string after) =>
        ApiErrors.BadRequest(
            $"No item with id '{after}' found: 'after' must be the id of an item of this list.",
            "after",
            "invalid_cursor"
        );

    private static int ReadLimit(string? text, int defaultLimit, int max)
    {
        if (text is null)
        {
            return defaultLimit;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long limit))
        {
            throw ApiErrors.WrongType("limit", "an integer", "something else");
        }

        if (limit < 1)
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'limit': integer below minimum value. Expected a value >= 1, but got {limit} instead.",
                "limit",
                "integer_below_min_value"
            );
        }

        return limit <= max
            ? (int)limit
            : throw ApiErrors.BadRequest(
                $"Invalid 'limit': integer above maximum value. Expected a value <= {max}, but got {limit} instead.",
                "limit",
                "integer_above_max_value"
            );
    }
}
