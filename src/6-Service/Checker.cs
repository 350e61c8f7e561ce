using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Service;

/// <summary>Collects what is wrong with one Service.</summary>
internal sealed class Checker(ErrorList errors, ErrorList warnings, Resource<V1Service> service)
{
    /// <summary>False once anything was wrong.</summary>
    public bool Fine { get; private set; } = true;

    /// <summary>Reports an error.</summary>
    public void Wrong(string field, string message)
    {
        Fine = false;
        errors.Add(service, field, message);
    }

    /// <summary>Reports what is accepted without effect.</summary>
    public void Warn(string field, string message) => warnings.Add(service, field, message);

    /// <summary>Reports a value that isn't one of those allowed; a field that was left out is fine.</summary>
    public void OneOf(string field, string? value, params ReadOnlySpan<string> allowed)
    {
        if (value is null || allowed.Contains(value)) return;
        Wrong(field, $"'{value}' is not supported; allowed are {string.Join(", ", allowed.ToArray())}");
    }
}
