using System.Runtime.CompilerServices;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>Where derived objects come from: the file and line of the Ingress or Service that they were made of, so that what is wrong with them leads there.</summary>
internal static class DerivedOrigin
{
    // The same for the same object, which objects that haven't changed are known by.
    private static readonly ConditionalWeakTable<Origin, Origin> Known = [];

    internal static Origin Of(Origin written) => Known.GetValue(written, static o => new Origin(Origin.Derived.Doorway, o.File, o.Line));
}
