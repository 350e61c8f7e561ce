using Usher.Model.Desired;

namespace Usher.Cli.Commands;

/// <summary>What commands print besides their result: standard output for people's text, standard error for what is wrong.</summary>
internal static class Report
{
    /// <summary>Whether standard output takes colour.</summary>
    internal static bool Colour => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>The columns of the terminal; 80 where there is none.</summary>
    internal static int Width
    {
        get
        {
            if (Console.IsOutputRedirected) return 80;
            try
            {
                return Math.Clamp(Console.WindowWidth, 60, 160);
            }
            catch (IOException)
            {
                return 80;
            }
        }
    }

    /// <summary>Prints what stopped nothing: <c>warning: kubernetes.yaml:12: HorizontalPodAutoscaler shop/users: kind: …</c>, <c>not accepted: kubernetes.yaml:40: Ingress shop/api: …</c>.</summary>
    internal static void Warnings(IEnumerable<ConfigError> warnings)
    {
        foreach (var warning in warnings) Console.Error.WriteLine($"{(warning.NotAccepted ? "not accepted" : "warning")}: {warning}");
    }

    /// <summary>Prints every error, and how many there are.</summary>
    internal static void Errors(ErrorList errors)
    {
        foreach (var error in errors.All) Console.Error.WriteLine(error);
        Console.Error.WriteLine($"usher: {Count(errors)}; nothing was started");
    }

    /// <summary><c>1 error</c>, <c>2 errors</c>.</summary>
    internal static string Count(ErrorList errors) => errors.All.Count == 1 ? "1 error" : $"{errors.All.Count} errors";
}
