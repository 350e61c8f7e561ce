using System.Net.Mail;
using System.Text.Json;

namespace Shop.Users.Api;

/// <summary>The body of a POST as it came: anything may be missing or of a wrong type, and all of it is told at once.</summary>
internal sealed record NewUser(JsonElement Name, JsonElement Email)
{
    private const int MaxName = 100;
    private const int MaxEmail = 254;

    /// <summary>The trimmed name and the email in lower case, or every problem by field.</summary>
    public (string Name, string Email, Dictionary<string, string[]> Errors) Validate()
    {
        var errors = new Dictionary<string, string[]>();
        var name = Text(Name, "name", MaxName, errors);
        var email = Text(Email, "email", MaxEmail, errors).ToLowerInvariant();
        if (!errors.ContainsKey("email") && !IsEmail(email)) errors["email"] = ["must look like name@example.com"];
        return (name, email, errors);
    }

    private static string Text(JsonElement value, string field, int longest, Dictionary<string, string[]> errors)
    {
        var text = "";
        var problems = new List<string>();
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) problems.Add("is required");
        else if (value.ValueKind != JsonValueKind.String) problems.Add("must be a string");
        else if (!TryRead(value, out text)) problems.Add("is not valid Unicode");
        else if (text.Length == 0) problems.Add("must not be empty");
        if (text.Length > longest) problems.Add($"must not be longer than {longest} characters");
        if (text.Any(char.IsControl)) problems.Add("must not hold control characters");
        if (problems.Count > 0) errors[field] = [.. problems];
        return text;
    }

    // An escaped half of a surrogate pair is well-formed JSON but no text.
    private static bool TryRead(JsonElement value, out string text)
    {
        try
        {
            text = value.GetString()!.Trim();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    private static bool IsEmail(string text) =>
        MailAddress.TryCreate(text, out var address)
        && address.Address == text
        && address.Host.Contains('.', StringComparison.Ordinal)
        && !address.Host.EndsWith('.')
        && !text.Any(char.IsWhiteSpace);
}
