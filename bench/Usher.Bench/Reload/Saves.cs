using System.Globalization;

namespace Usher.Bench.Reload;

/// <summary>
/// Saves of a configuration, each followed until a request is served by it: <c>@K@</c> in a template is the save's number, and the path <c>/probe-K</c> then answers 200. In the file's name it makes each
/// save a file that comes.
/// </summary>
/// <param name="poll">Asks for the path.</param>
/// <param name="template">What is saved.</param>
/// <param name="file">Where.</param>
/// <param name="hup">Whom to signal after each save; null for nobody.</param>
internal sealed class Saves(KeptConnection poll, string template, string file, ProcessTree? hup)
{
    /// <summary>The longest that a save may take to be served.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>Whether the file is written again; otherwise another takes its place.</summary>
    internal bool InPlace { get; init; }

    /// <summary>Of which host the path is asked for, with <c>@K@</c> for the save's number; null for the connection's own.</summary>
    internal string? Host { get; init; }

    /// <summary>Saves number <paramref name="k"/>.</summary>
    /// <returns>How long it took from the save to the answer, in ms.</returns>
    /// <exception cref="TimeoutException">It was not served within the limit.</exception>
    internal async Task<double> SaveAsync(int k)
    {
        var (text, place, host) = (Numbered(template), Numbered(file), Host is null ? null : Numbered(Host));
        await File.WriteAllTextAsync(InPlace ? place : $"{place}.new", text);
        if (!InPlace) File.Move($"{place}.new", place, overwrite: true);
        var saved = Time.GetTimestamp();
        hup?.Hup();
        while (await poll.AskAsync(string.Create(CultureInfo.InvariantCulture, $"/probe-{k}"), host) != 200)
        {
            if (Time.GetElapsedTime(saved) > Limit) throw new TimeoutException($"save {k} was not served within {Limit.TotalSeconds:0} s");
        }

        return Time.GetElapsedTime(saved).TotalMilliseconds;

        string Numbered(string written) => written.Replace("@K@", k.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
