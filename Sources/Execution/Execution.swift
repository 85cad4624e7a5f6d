import Core

