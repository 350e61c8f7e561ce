using Usher.Doorway.Files.Binding;

namespace Usher.Doorway.Files.Ack;

/// <summary>The names of load balancers and target groups (ELBv2 API, CreateLoadBalancer and CreateTargetGroup).</summary>
internal static class ElbName
{
    private const int MaxLength = 32;

    /// <summary>Checks <c>spec.name</c>.</summary>
    internal static string Check(AckManifest manifest, string? written)
    {
        const string wanted = "at most 32 letters, digits and hyphens, not starting or ending with a hyphen";
        var name = manifest.Required("spec.name", written, wanted);
        if (name.Length > 0
            && (name.Length > MaxLength || name[0] == '-' || name[^1] == '-' || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
        {
            manifest.Error("spec.name", $"found {Found.Quote(name)}; wanted are {wanted}");
        }

        return name;
    }
}
