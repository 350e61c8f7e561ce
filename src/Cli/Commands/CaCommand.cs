using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Certificates;
using Usher.Cli.Running;

namespace Usher.Cli.Commands;

/// <summary><c>usher ca export</c>: the private CA's certificate, for clients that are to trust the road.</summary>
internal static class CaCommand
{
    internal static Command Create()
    {
        var output = new Option<string?>("--output", "-o") { Description = "Write it to a file instead of standard output.", HelpName = "FILE" };
        var state = CommonOptions.State();
        var export = new Command("export", "Print the certificate of the private CA that signs the road's certificates, as PEM.") { output, state };
        export.SetAction(async (parsed, cancellationToken) =>
        {
            using var folder = StateDirectory.Open(parsed.GetValue(state));
            if (!File.Exists(Path.Combine(folder.Path, "ca", "ca.pem")))
            {
                throw new UserException($"there is no CA in {folder.Path} yet: the first road that needs a certificate makes it", ExitCodes.NoAnswer);
            }

            var pem = new CertificateAuthority(new CertificateOptions(folder.Path), TimeProvider.System, NullLogger<CertificateAuthority>.Instance).CertificatePem;
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
        return new Command("ca", "The private CA.") { export };
    }
}
