using System.CommandLine;
using Usher.Cli.Running;
using Usher.Cli.Trust;

namespace Usher.Cli.Commands;

/// <summary><c>usher ca export</c> and <c>usher ca trust</c>: the private CA's certificate, for clients that are to trust the road.</summary>
internal static class CaCommand
{
    private const string System = "system";
    private const string Browsers = "browsers";

    internal static Command Create()
    {
        // Before the verb or behind it.
        var state = CommonOptions.State();
        state.Recursive = true;
        return new Command("ca", "The private CA.") { state, Export(state), Trust(state) };
    }

    private static Command Export(Option<string?> state)
    {
        var output = new Option<string?>("--output", "-o") { Description = "Write it to a file instead of standard output.", HelpName = "FILE" };
        var export = new Command("export", "Print the certificate of the private CA that signs the road's certificates, as PEM.") { output };
        export.SetAction(async (parsed, cancellationToken) =>
        {
            using var folder = StateDirectory.Open(parsed.GetValue(state));
            var pem = TrustedAuthority.Of(folder).Pem;
            if (parsed.GetValue(output) is not { } file)
            {
                await Console.Out.WriteAsync(pem);
                return ExitCodes.Ok;
            }

            try
            {
                await File.WriteAllTextAsync(file, pem, cancellationToken);
                return ExitCodes.Ok;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UserException($"-o {file}: {e.Message}");
            }
        });
        return export;
    }

    private static Command Trust(Option<string?> state)
    {
        var remove = new Option<bool>("--remove") { Description = "Take every CA of Usher out again." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        var only = new Option<string?>("--only") { Description = "One kind of store: system or browsers.", HelpName = "KIND" };
        only.AcceptOnlyFromAmong(System, Browsers);
        var root = new Option<string>("--root") { Description = "Where the system's folders are.", HelpName = "DIR", DefaultValueFactory = _ => "/" };
        var trust = new Command(
            "trust", "Let this system's programs (as root) and your browsers trust the private CA. Exits 0 when all of it is done, 1 when something could not be.")
        {
            remove, dryRun, only, root,
        };
        trust.SetAction(async (parsed, cancellationToken) =>
        {
            using var folder = StateDirectory.Open(parsed.GetValue(state));
            var stores = (System: new SystemStore(Path.GetFullPath(parsed.GetValue(root)!)), Browsers: new BrowserStores(Home()));
            var (dry, kind) = (parsed.GetValue(dryRun), parsed.GetValue(only));
            var authority = parsed.GetValue(remove) ? null : TrustedAuthority.Of(folder);
            List<TrustLine> lines = [];
            if (kind != Browsers)
            {
                lines.Add(authority is null ? await stores.System.RemoveAsync(dry, cancellationToken) : await stores.System.AddAsync(authority, dry, cancellationToken));
            }

            if (kind != System)
            {
                lines.AddRange(authority is null ? await stores.Browsers.RemoveAsync(dry, cancellationToken) : await stores.Browsers.AddAsync(authority, dry, cancellationToken));
            }

            if (kind != System && Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } person)
            {
                lines.Add(new TrustLine(TrustOutcome.Absent, $"browsers of {person}", $"not looked at, since sudo's home is {Home()}: run usher ca trust --only browsers without sudo"));
            }

            foreach (var line in lines) await Console.Out.WriteLineAsync(line.ToString());
            return lines.Exists(l => l.Outcome == TrustOutcome.Failed) ? ExitCodes.Failure : ExitCodes.Ok;
        });
        return trust;
    }

    private static string Home() =>
        Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
