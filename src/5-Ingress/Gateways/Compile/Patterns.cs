using System.Text.RegularExpressions;

namespace Usher.Ingress.Gateways;

/// <summary>Regular expressions of matches. The Gateway API leaves their dialect open; here it is .NET's that is matched in linear time, and an expression takes the whole value, as Envoy has it.</summary>
internal static class Patterns
{
    /// <summary>The expression, or why it is none.</summary>
    internal static Regex? Of(string text, out string? problem)
    {
        problem = null;
        try
        {
            return new Regex($"^(?:{text})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            problem = $"found '{text}', which is no regular expression: {e.Message}";
        }
        catch (NotSupportedException)
        {
            problem = $"found '{text}', which can't be matched in linear time; lookarounds, backreferences and atomic groups aren't supported";
        }

        return null;
    }
}
